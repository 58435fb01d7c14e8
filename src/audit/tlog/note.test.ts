import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createSigner } from "../signer.ts";
import { isSignedBy, MAX_NOTE_BYTES, parseNote, signNote } from "./note.ts";
import { formatVerifierKey, parseVerifierKey, type VerifierKey, verifierKey } from "./verifier-key.ts";

// The example in the documentation of golang.org/x/mod/sumdb/note.
const NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
// The key of the Go checksum database, whose base64 has a `+` in it.
const SUMDB = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
const NEUMANN_NOTE =
  "If you think cryptography is the answer to your problem,\n" +
  "then you don't know what your problem is.\n" +
  "\n" +
  "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

function key(vkey: string): VerifierKey {
  const parsed = parseVerifierKey(vkey);
  if (parsed === undefined) throw new Error(`not a verifier key: ${vkey}`);
  return parsed;
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text);
}

function isSigned(note: Uint8Array, by: VerifierKey): boolean {
  const parsed = parseNote(note);
  return parsed !== undefined && isSignedBy(parsed, by);
}

describe("verifier keys", () => {
  it("read as others write them, and back", () => {
    expect(key(NEUMANN)).toMatchObject({ name: "PeterNeumann", id: 0xc74f20a3 });
    expect(formatVerifierKey(key(NEUMANN))).toBe(NEUMANN);
    expect(formatVerifierKey(key(SUMDB))).toBe(SUMDB);
  });

  it.each([
    ["a key id that is not the key's", NEUMANN.replace("c74f20a3", "c74f20a4")],
    ["a key id in capitals", NEUMANN.replace("c74f20a3", "C74F20A3")],
    ["another name, so another id", NEUMANN.replace("Peter", "Paul")],
    ["another algorithm", NEUMANN.replace("+ARpc", "+Ahpc")],
    ["a short key", "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10Q="],
    ["slack bits in the base64", NEUMANN.replace("10TW", "10TX=")],
    ["a newline at its end", `${NEUMANN}\n`],
    ["a fourth field", `${NEUMANN}+`],
    ["no name", NEUMANN.replace("PeterNeumann", "")],
    ["a space in the name", NEUMANN.replace("Peter", "Peter ")],
    ["nothing", ""],
  ])("with %s are refused", (_what, text) => {
    expect(parseVerifierKey(text)).toBeUndefined();
  });

  it.each(["", "a b", "a+b", "a\u00a0b", "a\nb", "\ud800"])("cannot be named %j", (name) => {
    expect(() => verifierKey(name, key(NEUMANN).publicKey)).toThrow(
      expect.objectContaining({ code: "MALFORMED_ORIGIN" }),
    );
  });
});

describe("notes", () => {
  it("are verified as others signed them", () => {
    expect(isSigned(bytes(NEUMANN_NOTE), key(NEUMANN))).toBe(true);
    expect(isSigned(bytes(NEUMANN_NOTE.replace("answer", "Answer")), key(NEUMANN))).toBe(false);
  });

  it("are verified as signed here, with text of any kind before the last empty line", async () => {
    const signer = createSigner(generateKeyPairSync("ed25519").privateKey);
    const own = verifierKey("bank.example/audit", signer.publicKey);
    const text = "è subito sera\n\n\n— not a signature\n";
    const note = await signNote(text, own.name, signer);
    expect(parseNote(note)?.text).toBe(text);
    expect(isSigned(note, own)).toBe(true);
    expect(isSigned(note, verifierKey("bank.example/other", signer.publicKey))).toBe(false);
  });

  it("may carry signatures of others, but none that is ours and wrong", async () => {
    const signer = createSigner(generateKeyPairSync("ed25519").privateKey);
    const own = verifierKey("witness.example", signer.publicKey);
    const text = NEUMANN_NOTE.slice(0, NEUMANN_NOTE.lastIndexOf("\n\n") + 1);
    const line = Buffer.from(await signNote(text, own.name, signer))
      .toString()
      .slice(text.length + 1);
    const wrongLine = Buffer.from(await signNote("another text\n", own.name, signer)).toString();
    const both = `${NEUMANN_NOTE}${line}`;
    expect(isSigned(bytes(both), own)).toBe(true);
    expect(isSigned(bytes(both), key(NEUMANN))).toBe(true);
    expect(isSigned(bytes(both + wrongLine.slice("another text\n\n".length)), own)).toBe(false);
  });

  const line = NEUMANN_NOTE.slice(NEUMANN_NOTE.lastIndexOf("\n\n") + 2);
  it.each([
    ["no empty line", NEUMANN_NOTE.replace("\n\n", "\n")],
    ["no final newline", NEUMANN_NOTE.slice(0, -1)],
    ["a carriage return", NEUMANN_NOTE.replace("is.\n", "is.\r\n")],
    ["a NUL", NEUMANN_NOTE.replace("is.", "is.\0")],
    ["a tab", NEUMANN_NOTE.replace("is.", "is.\t")],
    ["no signature", `${NEUMANN_NOTE.slice(0, NEUMANN_NOTE.lastIndexOf("\n\n") + 1)}\n`],
    ["a hyphen for the dash", NEUMANN_NOTE.replace("—", "-")],
    ["two spaces", NEUMANN_NOTE.replace("PeterNeumann ", "PeterNeumann  ")],
    ["a line that is no signature", `${NEUMANN_NOTE}x\n`],
    ["a signature of a key id alone", NEUMANN_NOTE.replace(line, "— PeterNeumann x08gow==\n")],
    ["base64 without padding", NEUMANN_NOTE.replace("nAM=", "nAM")],
    ["URL base64", NEUMANN_NOTE.replace("x08go/", "x08go_")],
    ["65 signatures", NEUMANN_NOTE + line.repeat(64)],
    ["more bytes than the limit", `${"x".repeat(MAX_NOTE_BYTES)}${NEUMANN_NOTE}`],
  ])("with %s are malformed", (_what, text) => {
    expect(parseNote(bytes(text))).toBeUndefined();
  });

  it("that are not UTF-8 are malformed, and byte order marks are not overlooked", () => {
    expect(parseNote(Buffer.concat([Uint8Array.of(0xff), bytes(NEUMANN_NOTE)]))).toBeUndefined();
    expect(isSigned(bytes(`\ufeff${NEUMANN_NOTE}`), key(NEUMANN))).toBe(false);
  });

  it("with 64 signatures are within the limit", () => {
    expect(isSigned(bytes(NEUMANN_NOTE + line.repeat(63)), key(NEUMANN))).toBe(true);
  });
});
