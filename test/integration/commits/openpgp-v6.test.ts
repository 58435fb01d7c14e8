import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { buildOpenpgpKeyring, readKeyFile, verifySignature } from "../../../src/signatures/index.ts";
import { NO_KEYS } from "./openpgp-keys.ts";

/** Made by `fixtures/openpgp-v6/main.go` with an implementation of RFC 9580 that is not the one used here. */
interface Vector {
  readonly name: string;
  readonly key: string;
  readonly message: string;
  readonly signature: string;
  readonly signedAt: number;
}

const file = new URL("fixtures/openpgp-v6/vectors.json", import.meta.url);
const vectors = JSON.parse(readFileSync(file, "utf8")) as readonly Vector[];

async function judge({ key, signature }: Vector, message: string, now: number): Promise<string> {
  const { certificates } = await readKeyFile(Buffer.from(key));
  const keyring = { ...NO_KEYS, openpgp: buildOpenpgpKeyring(certificates) };
  const verdict = await verifySignature(Buffer.from(message), signature, keyring, { now, claimed: now });
  return verdict.ok ? "good" : verdict.code;
}

it("all vectors are there", () => {
  expect(vectors.map(({ name }) => name)).toEqual(["Ed25519", "Ed448", "RSA", "a subkey"]);
});

it.each(vectors)("version 6: $name", async (vector) => {
  expect(await judge(vector, vector.message, vector.signedAt)).toBe("good");
  expect(await judge(vector, vector.message.replace("signed", "Signed"), vector.signedAt)).toBe(
    "BAD_SIGNATURE",
  );
  const [stranger] = vectors.filter(({ name }) => name !== vector.name);
  const swapped = { ...vector, key: stranger?.key ?? "" };
  expect(await judge(swapped, vector.message, vector.signedAt)).toBe("UNKNOWN_KEY");
});
