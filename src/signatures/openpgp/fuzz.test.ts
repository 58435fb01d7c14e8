import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { DAY, HOUR, NOW } from "../../../test/integration/commits/objects.ts";
import {
  type KeyPair,
  keyringOf,
  openpgpKey,
  openpgpSign,
} from "../../../test/integration/commits/openpgp-keys.ts";
import { decodeArmor, SIGNATURE_LABEL } from "./armor.ts";
import { buildOpenpgpKeyring, type OpenpgpKeyring, readKeyFile } from "./keyring.ts";
import { splitPackets } from "./packets.ts";
import { verifyOpenpgpSignature } from "./verify.ts";

const MESSAGE = Buffer.from("tree 4b825dc\n\nmessage\n");
const SIGNED_AT = NOW - HOUR;

const REFUSALS =
  /^(MALFORMED_SIGNATURE|UNSUPPORTED_ALGORITHM|WEAK_ALGORITHM|UNKNOWN_KEY|BAD_SIGNATURE|SIGNATURE_(IN_FUTURE|EXPIRED)|KEY_[A-Z_]+)$/;

let alice: KeyPair;
let revoked: KeyPair;
let keyring: OpenpgpKeyring;
let signature: Buffer;

beforeAll(async () => {
  alice = await openpgpKey({ subkeys: [{ sign: true }] });
  revoked = await openpgpKey({ keyExpirationTime: (300 * DAY) / 1000 });
  keyring = await keyringOf(alice.publicKey);
  const armored = await openpgpSign(MESSAGE, alice.privateKey, { at: SIGNED_AT });
  signature = Buffer.from(decodeArmor(armored, SIGNATURE_LABEL) ?? []);
});

function armor(bytes: Uint8Array): string {
  return `-----BEGIN ${SIGNATURE_LABEL}-----\n\n${Buffer.from(bytes).toString("base64")}\n-----END ${SIGNATURE_LABEL}-----\n`;
}

async function judge(bytes: Uint8Array, keys: OpenpgpKeyring = keyring): Promise<string> {
  const verdict = await verifyOpenpgpSignature(MESSAGE, armor(bytes), keys, NOW);
  return verdict.ok ? `${verdict.trustedKey} at ${verdict.signedAt}` : verdict.code;
}

/** A small change to some bytes. */
const change = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom("flip", "insert", "delete", "cut", "repeat"),
  octets: fc.uint8Array({ minLength: 1, maxLength: 4 }),
});

type Change = Parameters<Parameters<typeof change.map>[0]>[0];

function apply(bytes: Buffer, { at, kind, octets }: Change): Buffer {
  const position = at % bytes.length;
  const [before, after] = [bytes.subarray(0, position), bytes.subarray(position)];
  switch (kind) {
    case "flip":
      return Buffer.concat([before, Buffer.of((after[0] ?? 0) ^ (octets[0] ?? 0)), after.subarray(1)]);
    case "insert":
      return Buffer.concat([before, octets, after]);
    case "delete":
      return Buffer.concat([before, after.subarray(octets.length)]);
    case "cut":
      return before;
    case "repeat":
      return Buffer.concat([bytes, after]);
    default:
      throw new TypeError(`no change ${kind}`);
  }
}

describe("a changed signature", () => {
  it("is refused with a code, or says what the genuine one says", async () => {
    const genuine = await judge(signature);
    expect(genuine).toBe(`${alice.publicKey.getFingerprint().toUpperCase()} at ${SIGNED_AT}`);
    await fc.assert(
      fc.asyncProperty(change, async (each) => {
        const said = await judge(apply(signature, each));
        if (said !== genuine) expect(said).toMatch(REFUSALS);
      }),
      { numRuns: 400 },
    );
  });
});

describe("a changed key", () => {
  it("never throws, and vouches for nothing that it did not sign", async () => {
    const files = [alice, revoked].map(({ publicKey }) => Buffer.from(publicKey.write()));
    const genuine = await judge(signature);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), change, async (file, each) => {
        const { certificates } = await readKeyFile(apply(file, each));
        const said = await judge(signature, buildOpenpgpKeyring(certificates));
        if (said !== genuine) expect(said).toMatch(REFUSALS);
      }),
      { numRuns: 200 },
    );
  });

  it("is read from any text", async () => {
    const line = fc.constantFrom(
      "-----BEGIN PGP PUBLIC KEY BLOCK-----",
      "-----BEGIN PGP PRIVATE KEY BLOCK-----",
      "-----END PGP PUBLIC KEY BLOCK-----",
      "Comment: x",
      "",
      "xjMEZQ==",
      "=AAAA",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
        const { certificates, problem } = await readKeyFile(Buffer.from(lines.join("\n")));
        expect(certificates).toEqual([]);
        expect([undefined, "NOT_A_KEY", "PRIVATE_KEY"]).toContain(problem);
      }),
    );
  });
});

it("packets are all of the bytes, or none of them", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const packets = splitPackets(bytes) ?? [];
      const ends = [0, ...packets.map(({ end }) => end)];
      expect(packets.map(({ start }) => start)).toEqual(ends.slice(0, -1));
      if (packets.length > 0) expect(ends.at(-1)).toBe(bytes.length);
    }),
    { numRuns: 1000 },
  );
});
