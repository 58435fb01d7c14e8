import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MalformedDer } from "../../../src/signatures/x509/der.ts";
import { parseRevocationList } from "../../../src/signatures/x509/revocation-list.ts";
import { parseSignedData } from "../../../src/signatures/x509/signed-data.ts";
import {
  authority,
  basicConstraints,
  issue,
  keyUsage,
  revocationList,
  subjectKeyId,
} from "./builder/certificate.ts";
import { armor, container, signerInfo } from "./builder/cms.ts";
import { ber } from "./builder/der.ts";
import { pss } from "./builder/keys.ts";
import { codeOf, judge, PAYLOAD } from "./judge.ts";

const root = authority(undefined);
const sub = authority(root, {
  name: "sub",
  extensions: [basicConstraints(1), keyUsage(5), subjectKeyId(Buffer.of(1))],
});
const alice = issue(sub, { extensions: [keyUsage(0), subjectKeyId(Buffer.of(2))] });
const certificates = [alice.certificate, sub.certificate];
const signers = [signerInfo(PAYLOAD, alice, sub)];
const bob = issue(sub, { name: "bob", key: pss() });
const byBob = { certificates: [bob.certificate, sub.certificate], signers: [signerInfo(PAYLOAD, bob, sub)] };
const signatures = [
  container({ certificates, signers }),
  container({ certificates, signers, wrap: ber }),
  container(byBob),
];
const judging = { roots: [root] };

const mutation = fc.record({
  of: fc.constantFrom(...signatures),
  at: fc.nat(),
  kind: fc.constantFrom("flip", "set", "delete", "insert", "cut", "repeat"),
  octets: fc.uint8Array({ minLength: 1, maxLength: 4 }),
});

function mutate({ of, at, kind, octets }: Parameters<Parameters<typeof mutation.map>[0]>[0]): Buffer {
  const position = at % of.length;
  const [before, after] = [of.subarray(0, position), of.subarray(position)];
  const [first = 0] = octets;
  switch (kind) {
    case "flip":
      return Buffer.concat([before, Buffer.of((after[0] ?? 0) ^ (1 << (first % 8))), after.subarray(1)]);
    case "set":
      return Buffer.concat([before, octets, after.subarray(octets.length)]);
    case "delete":
      return Buffer.concat([before, after.subarray(octets.length)]);
    case "insert":
      return Buffer.concat([before, octets, after]);
    case "cut":
      return before;
    default:
      return Buffer.concat([before, after.subarray(0, first), after]);
  }
}

/** What may differ and still be the same statement: who signed it, over what, and when. */
const statement = (verdict: ReturnType<typeof judge>) =>
  verdict.ok && { signer: verdict.signer, root: verdict.root, signedAt: verdict.signedAt };

describe("a mutated signature", () => {
  it("is read before it is mutated", () => {
    for (const bytes of signatures) expect(codeOf(armor(bytes), judging)).toBe("good");
  });

  it("is refused, or says exactly what the genuine one says", () => {
    const genuine = new Map(signatures.map((bytes) => [bytes, statement(judge(armor(bytes), judging))]));
    void fc.assert(
      fc.property(mutation, (each) => {
        const said = statement(judge(armor(mutate(each)), judging));
        expect([false, genuine.get(each.of)]).toContainEqual(said);
      }),
      { numRuns: 2500 },
    );
  });

  it("never verifies over another payload", () => {
    void fc.assert(
      fc.property(mutation, fc.nat(PAYLOAD.length - 1), (each, at) => {
        const payload = Buffer.from(PAYLOAD);
        payload.writeUInt8(payload.readUInt8(at) ^ 0x20, at);
        expect(judge(armor(mutate(each)), { ...judging, payload }).ok).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});

/** A value, or the one error that callers expect. */
function parses(parse: (bytes: Uint8Array) => unknown, bytes: Uint8Array): boolean {
  try {
    parse(bytes);
    return true;
  } catch (error) {
    if (error instanceof MalformedDer) return false;
    throw error;
  }
}

describe("parsers", () => {
  it("answer arbitrary bytes with one error", () => {
    void fc.assert(
      fc.property(fc.uint8Array({ maxLength: 512 }), (bytes) => {
        expect(parses(parseSignedData, bytes)).toBe(false);
        expect(parses(parseRevocationList, bytes)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it("answer mutated revocation lists with a value or that error", () => {
    const list = revocationList(root, [alice, sub]);
    void fc.assert(
      fc.property(mutation, (each) => {
        expect(parses(parseRevocationList, mutate({ ...each, of: list }))).toBeTypeOf("boolean");
      }),
      { numRuns: 2000 },
    );
  });

  it("do not descend into what is nested deeply", () => {
    const nested = Buffer.concat([Buffer.from("3080".repeat(20_000), "hex"), Buffer.alloc(40_000)]);
    expect(parses(parseSignedData, nested)).toBe(false);
  });
});
