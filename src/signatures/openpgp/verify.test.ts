import fc from "fast-check";
import { enums, revokeKey } from "openpgp";
import { beforeAll, describe, expect, it } from "vitest";
import { DAY, HOUR, NOW } from "../../../test/integration/commits/objects.ts";
import {
  type KeyPair,
  keyringOf,
  openpgpKey,
  openpgpSign,
} from "../../../test/integration/commits/openpgp-keys.ts";
import { CLOCK_SKEW_MS } from "../clock.ts";
import type { OpenpgpKeyring } from "./keyring.ts";
import { verifyOpenpgpSignature } from "./verify.ts";

const MESSAGE = Buffer.from("tree 4b825dc\n\nmessage\n");

/** Makes the library sign what it would not by itself. */
const LENIENT = { nonDeterministicSignaturesViaNotation: false, rejectHashAlgorithms: new Set<never>() };

interface Judging {
  readonly message?: Uint8Array;
  readonly now?: number;
}

async function judge(
  armored: string,
  keyring: OpenpgpKeyring,
  { message = MESSAGE, now = NOW }: Judging = {},
) {
  const verdict = await verifyOpenpgpSignature(message, armored, keyring, now);
  return verdict.ok ? "good" : verdict.code;
}

let alice: KeyPair;
let keyring: OpenpgpKeyring;

beforeAll(async () => {
  alice = await openpgpKey();
  keyring = await keyringOf(alice.publicKey);
});

describe("every kind of key", () => {
  it.each([
    ["legacy Ed25519", { type: "ecc", curve: "ed25519Legacy" }],
    ["Ed25519", { type: "curve25519" }],
    ["Ed448", { type: "curve448" }],
    ["P-256", { type: "ecc", curve: "nistP256" }],
    ["P-521", { type: "ecc", curve: "nistP521" }],
    ["RSA", { type: "rsa", rsaBits: 2048 }],
    ["Ed25519 in a version 6 key", { type: "curve25519", config: { v6Keys: true } }],
  ] as const)("%s vouches for what it signed, and for nothing else", async (_, options) => {
    const key = await openpgpKey(options);
    const armored = await openpgpSign(MESSAGE, key.privateKey);
    const trusted = await keyringOf(key.publicKey);
    expect(await judge(armored, trusted)).toBe("good");
    expect(await judge(armored, trusted, { message: Buffer.concat([MESSAGE, Buffer.of(32)]) })).toBe(
      "BAD_SIGNATURE",
    );
  });

  it("names the key that signed, the key it goes back to, and the time", async () => {
    const key = await openpgpKey({ subkeys: [{ sign: true }] });
    const [subkey] = key.publicKey.getSubkeys();
    const verdict = await verifyOpenpgpSignature(
      MESSAGE,
      await openpgpSign(MESSAGE, key.privateKey, { at: NOW - HOUR }),
      await keyringOf(key.publicKey),
      NOW,
    );
    expect(verdict).toEqual({
      ok: true,
      scheme: "openpgp",
      key: subkey?.getFingerprint().toUpperCase(),
      trustedKey: key.publicKey.getFingerprint().toUpperCase(),
      signedAt: NOW - HOUR,
    });
  });

  it("RSA has 2048 bits or more", async () => {
    const short = await openpgpKey({ type: "rsa", rsaBits: 1024, config: { minRSABits: 1024 } });
    const armored = await openpgpSign(MESSAGE, short.privateKey, { config: { minRSABits: 1024 } });
    expect(await judge(armored, await keyringOf(short.publicKey))).toBe("WEAK_ALGORITHM");
  });

  it.each([
    ["SHA-1", enums.hash.sha1, "WEAK_ALGORITHM"],
    ["RIPEMD-160", enums.hash.ripemd, "WEAK_ALGORITHM"],
    ["MD5", enums.hash.md5, "WEAK_ALGORITHM"],
    ["SHA-224", enums.hash.sha224, "UNSUPPORTED_ALGORITHM"],
    ["SHA-384", enums.hash.sha384, "good"],
  ] as const)("over %s: %s", async (_, preferredHashAlgorithm, expected) => {
    const config = { ...LENIENT, preferredHashAlgorithm };
    const { privateKey, publicKey } = await openpgpKey({ type: "rsa", rsaBits: 2048, config });
    const armored = await openpgpSign(MESSAGE, privateKey, { config });
    expect(await judge(armored, await keyringOf(publicKey))).toBe(expected);
  });

  it("does not count with a self-signature over SHA-1", async () => {
    const config = { ...LENIENT, preferredHashAlgorithm: enums.hash.sha1 };
    const { privateKey, publicKey } = await openpgpKey({ type: "rsa", rsaBits: 2048, config });
    const armored = await openpgpSign(MESSAGE, privateKey);
    expect(await judge(armored, await keyringOf(publicKey))).toBe("KEY_INVALID");
  });
});

describe("who signed", () => {
  it("is not who the signature says, when nobody knows the key", async () => {
    const stranger = await openpgpKey();
    expect(await judge(await openpgpSign(MESSAGE, stranger.privateKey), keyring)).toBe("UNKNOWN_KEY");
  });

  it("is not one who signed something else", async () => {
    const armored = await openpgpSign(Buffer.from("other"), alice.privateKey);
    expect(await judge(armored, keyring)).toBe("BAD_SIGNATURE");
  });

  it("is not the primary key, where its subkey signed and was taken away", async () => {
    const certifier = await openpgpKey({ subkeys: [{ sign: true }] });
    const { publicKey } = certifier;
    const withoutSubkey = await keyringOf(publicKey);
    const armored = await openpgpSign(MESSAGE, certifier.privateKey);
    expect(await judge(armored, withoutSubkey)).toBe("good");
    publicKey.subkeys = [];
    expect(await judge(armored, await keyringOf(publicKey))).toBe("UNKNOWN_KEY");
  });
});

describe("times", () => {
  const expiring = { date: new Date(NOW - 10 * DAY), keyExpirationTime: (5 * DAY) / 1000 };

  it("the key must be there when it signs", async () => {
    const { privateKey, publicKey } = await openpgpKey({ date: new Date(NOW - DAY) });
    const trusted = await keyringOf(publicKey);
    expect(await judge(await openpgpSign(MESSAGE, privateKey, { at: NOW - DAY }), trusted)).toBe("good");
  });

  it("a key that has expired lets nothing in, however old", async () => {
    const { privateKey, publicKey } = await openpgpKey(expiring);
    const trusted = await keyringOf(publicKey);
    const armored = await openpgpSign(MESSAGE, privateKey, { at: NOW - 8 * DAY });
    expect(await judge(armored, trusted, { now: NOW - 5 * DAY - 1 })).toBe("good");
    expect(await judge(armored, trusted, { now: NOW - 5 * DAY })).toBe("KEY_EXPIRED");
  });

  it("the clock of a signer may be ahead, by a day and no more", async () => {
    const armored = await openpgpSign(MESSAGE, alice.privateKey, { at: NOW + CLOCK_SKEW_MS });
    expect(await judge(armored, keyring)).toBe("good");
    expect(await judge(armored, keyring, { now: NOW - 1 })).toBe("SIGNATURE_IN_FUTURE");
  });
});

describe("a revoked key", () => {
  it.each([
    ["compromised", 2, NOW - 30 * DAY, "KEY_REVOKED", "KEY_REVOKED"],
    ["for no reason given", 0, NOW - 30 * DAY, "KEY_REVOKED", "KEY_REVOKED"],
    ["retired", 3, NOW - 30 * DAY, "KEY_REVOKED", "good"],
    ["superseded", 1, NOW - 30 * DAY, "KEY_REVOKED", "good"],
  ])("%s lets nothing in now; before, only if it was not compromised", async (_, flag, at, now, before) => {
    const { privateKey } = await openpgpKey();
    const armored = await openpgpSign(MESSAGE, privateKey, { at: NOW - 60 * DAY });
    const { publicKey } = await revokeKey({
      key: privateKey,
      reasonForRevocation: { flag, string: "" },
      date: new Date(at),
      format: "object",
    });
    const trusted = await keyringOf(publicKey);
    expect(await judge(armored, trusted)).toBe(now);
    expect(await judge(armored, trusted, { now: at - 1 })).toBe(before);
  });

  it("stays revoked when an older copy of it is given as well", async () => {
    const { privateKey, publicKey } = await openpgpKey();
    const armored = await openpgpSign(MESSAGE, privateKey);
    const revoked = await revokeKey({ key: privateKey, date: new Date(NOW - DAY), format: "object" });
    expect(await judge(armored, await keyringOf(publicKey))).toBe("good");
    expect(await judge(armored, await keyringOf(publicKey, revoked.publicKey))).toBe("KEY_REVOKED");
    expect(await judge(armored, await keyringOf(revoked.publicKey, publicKey))).toBe("KEY_REVOKED");
  });
});

describe("text signatures", () => {
  it("count over payloads that have one form of line end", async () => {
    const armored = await openpgpSign(MESSAGE, alice.privateKey, { text: true });
    const crlf = Buffer.from(MESSAGE.toString().replaceAll("\n", "\r\n"));
    expect(await judge(armored, keyring)).toBe("good");
    expect(await judge(armored, keyring, { message: crlf })).toBe("BAD_SIGNATURE");
  });
});

describe("any change at all", () => {
  it("to the message is refused", async () => {
    const armored = await openpgpSign(MESSAGE, alice.privateKey);
    await fc.assert(
      fc.asyncProperty(fc.nat(MESSAGE.length - 1), fc.integer({ min: 1, max: 255 }), async (index, flip) => {
        const message = Buffer.from(MESSAGE);
        message.writeUInt8(message.readUInt8(index) ^ flip, index);
        expect(await judge(armored, keyring, { message })).toBe("BAD_SIGNATURE");
      }),
    );
  });
});
