import { type PublicKey, UserIDPacket } from "openpgp";
import { beforeAll, describe, expect, it } from "vitest";
import { NOW } from "../../../test/integration/commits/objects.ts";
import {
  type KeyPair,
  keyringOf,
  openpgpKey,
  openpgpSign,
} from "../../../test/integration/commits/openpgp-keys.ts";
import { MAX_KEY_FILE_BYTES, readKeyFile } from "./keyring.ts";
import { verifyOpenpgpSignature } from "./verify.ts";

const MESSAGE = Buffer.from("tree 4b825dc\n\nmessage\n");

let alice: KeyPair;
let bob: KeyPair;

beforeAll(async () => {
  alice = await openpgpKey({ subkeys: [{ sign: true }] });
  bob = await openpgpKey({ subkeys: [{ sign: true }] });
});

async function summarize(bytes: Uint8Array | string) {
  const { certificates, unreadable, problem } = await readKeyFile(Buffer.from(bytes));
  return {
    keys: certificates.map(({ primary }) => primary.fingerprint),
    unreadable: unreadable.length,
    problem,
  };
}

function fingerprints(...pairs: readonly KeyPair[]): string[] {
  return pairs.map(({ publicKey }) => publicKey.getFingerprint().toUpperCase());
}

describe("a key file", () => {
  it("is binary or armored, with one key or many", async () => {
    const both = { keys: fingerprints(alice, bob), unreadable: 0, problem: undefined };
    const [one, other] = [alice.publicKey, bob.publicKey];
    expect(await summarize(Buffer.concat([one.write(), other.write()]))).toEqual(both);
    expect(await summarize(one.armor() + other.armor())).toEqual(both);
    expect(await summarize(`Keys of the team:\r\n${one.armor()}and\r\n${other.armor()}`)).toEqual(both);
  });

  it.each([
    ["nothing", () => ""],
    ["text", () => "no key here"],
    ["a keybox", () => Buffer.from("\0\0\0\x20\x01\x01\0\0KBXf", "latin1")],
    ["a damaged block", () => alice.publicKey.armor().replace(/\n=....\n/, "\n=AAAA\n")],
    ["a block without an end", () => alice.publicKey.armor().replace(/-----END.*/, "")],
    ["a cut binary key", () => alice.publicKey.write().subarray(0, -1)],
    [
      "a signature",
      async () => Buffer.from((await openpgpSign(MESSAGE, alice.privateKey)).split("\n")[2] ?? "", "base64"),
    ],
    ["more than the limit", () => Buffer.alloc(MAX_KEY_FILE_BYTES + 1, 0x80)],
  ])("is not %s", async (_, make) => {
    expect(await summarize(await make())).toEqual({ keys: [], unreadable: 0, problem: "NOT_A_KEY" });
  });

  it("is not one with a private key in it, armored or not", async () => {
    const refused = { keys: [], unreadable: 0, problem: "PRIVATE_KEY" };
    expect(await summarize(alice.privateKey.armor())).toEqual(refused);
    expect(await summarize(Buffer.concat([bob.publicKey.write(), alice.privateKey.write()]))).toEqual(
      refused,
    );
  });

  it("reports a key of an old version, and reads the others", async () => {
    const old = Buffer.of(0xc6, 6, 3, 0, 0, 0, 0, 1);
    expect(await summarize(Buffer.concat([old, bob.publicKey.write()]))).toEqual({
      keys: fingerprints(bob),
      unreadable: 1,
      problem: undefined,
    });
  });
});

async function judge(armored: string, ...keys: readonly PublicKey[]): Promise<string> {
  const verdict = await verifyOpenpgpSignature(MESSAGE, armored, await keyringOf(...keys), NOW);
  return verdict.ok ? "good" : verdict.code;
}

describe("what holds a key together", () => {
  it("a subkey is not trusted because it lies under a trusted primary key", async () => {
    const armored = await openpgpSign(MESSAGE, bob.privateKey);
    expect(await judge(armored, bob.publicKey)).toBe("good");
    const key = alice.publicKey.toPublic();
    key.subkeys = [...key.subkeys, ...bob.publicKey.subkeys];
    expect(await judge(armored, key)).toBe("KEY_INVALID");
  });

  it("a user id is not the owner's because it is there", async () => {
    const single = await openpgpKey();
    const armored = await openpgpSign(MESSAGE, single.privateKey);
    const key = single.publicKey.toPublic();
    expect(await judge(armored, key)).toBe("good");
    const [user] = key.users;
    Object.assign(user ?? {}, { userID: UserIDPacket.fromObject({ name: "Mallory", email: "m@x.example" }) });
    expect(await judge(armored, key)).toBe("KEY_INVALID");
  });
});
