import * as fc from "fast-check";
import { expect, it } from "vitest";
import { MalformedDer } from "../../../src/signatures/x509/der.ts";
import { parseRevocationList } from "../../../src/signatures/x509/revocation-list.ts";
import { parseSignedData } from "../../../src/signatures/x509/signed-data.ts";
import { describeWithTools } from "../../support/tools.ts";
import { NOW } from "../commits/objects.ts";
import { Sandbox } from "../commits/sandbox.ts";
import { pem, revocationList } from "./builder/certificate.ts";
import { armor } from "./builder/cms.ts";
import { codeOf, judge, PAYLOAD } from "./judge.ts";
import { alice, mutate, mutation, root, signatures, sub } from "./mutations.ts";

const judging = { roots: [root] };

/** What may differ and still be the same statement: who signed it, over what, and when. */
const statement = (verdict: ReturnType<typeof judge>) =>
  verdict.ok && { signer: verdict.signer, root: verdict.root, signedAt: verdict.signedAt };

describeWithTools(["time"], "a mutated signature", () => {
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

describeWithTools(["time"], "parsers", () => {
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

describeWithTools(["openssl"], "what is accepted of mutated signatures", () => {
  it("is accepted by openssl too", () => {
    using sandbox = new Sandbox();
    const roots = sandbox.write("roots.pem", pem(root.certificate));
    const content = sandbox.write("payload", PAYLOAD);
    const isGenuine = (bytes: Buffer) => signatures.some((each) => each.equals(bytes));
    const accepted = fc
      .sample(mutation, { numRuns: 4000, seed: 20_261_122 })
      .map(mutate)
      .filter((bytes) => !isGenuine(bytes) && judge(armor(bytes), judging).ok);
    // Announced digest algorithms and the versions are not signed: some mutants there are the same statement.
    expect(accepted.length).toBeGreaterThan(0);
    const time = ["-attime", String(NOW / 1000)];
    for (const bytes of [...signatures, ...accepted]) {
      const files = [
        "-inform",
        "DER",
        "-in",
        sandbox.write("cms", bytes),
        "-content",
        content,
        "-CAfile",
        roots,
      ];
      const args = ["cms", "-verify", "-binary", "-purpose", "any", ...time, ...files];
      expect(sandbox.run("openssl", args).equals(PAYLOAD), bytes.toString("hex")).toBe(true);
    }
  });
});
