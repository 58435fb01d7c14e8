import { beforeAll, describe, expect, it } from "vitest";
import type { SigstoreRoot } from "../../src/signatures/sigstore/root.ts";
import { type Entry, entryAttribute, type Proof } from "../integration/gitsign/entry.ts";
import { codeOf, PAYLOAD } from "../integration/gitsign/judge.ts";
import { assemble, keyPair, PrivateSigstore, type Signed } from "../integration/gitsign/private-sigstore.ts";
import { PUBLIC_GOOD, partsOf, publicGoodRoot, rootOf } from "../integration/gitsign/public-good.ts";
import { attribute } from "../integration/x509/builder/cms.ts";
import { octets } from "../integration/x509/builder/der.ts";

/** A log entry that belongs to something else, or that no log ever wrote. */
describe("a signature by gitsign", () => {
  const sigstore = new PrivateSigstore();
  let root: SigstoreRoot;
  let signed: Signed;

  beforeAll(async () => {
    root = rootOf(await sigstore.rootJson());
    signed = await sigstore.signApart(PAYLOAD);
  });

  const code = (armored: string): string => codeOf(armored, root, sigstore.now);
  const codeWith = (entry: Entry): string => code(assemble(signed, [entryAttribute(entry)]));

  it("with its own entry is good", () => {
    expect(codeWith(signed.entry)).toBe("good");
  });

  it("is refused without one, whatever the signer says", () => {
    expect(code(assemble(signed, []))).toBe("NOT_LOGGED");
    expect(code(assemble(signed, [attribute("1.3.6.1.4.1.57264.3.2", octets())]))).toBe("NOT_LOGGED");
  });

  it("is refused with another's: of another commit, another signature, or another certificate", async () => {
    const elsewhere = await sigstore.signApart(Buffer.concat([PAYLOAD, Buffer.from("more\n")]));
    const again = await sigstore.signApart(PAYLOAD);
    const twin = await sigstore.log(again.certificate, signed.signer, sigstore.now);
    for (const { entry } of [elsewhere, again, { entry: twin }])
      expect(codeWith(entry)).toBe("LOG_ENTRY_INVALID");
    expect(code(assemble(again))).toBe("good");
  });

  it("is refused with an entry that says outright that it is about something else", async () => {
    const own = Buffer.from(JSON.stringify({ apiVersion: "0.0.1", kind: "hashedrekord" }));
    expect(codeWith({ ...signed.entry, body: own })).toBe("LOG_ENTRY_INVALID");
  });

  it("is refused with an entry of a log that nobody trusts", async () => {
    const entry = await new PrivateSigstore(keyPair()).log(signed.certificate, signed.signer, sigstore.now);
    expect(codeWith(entry)).toBe("LOG_ENTRY_INVALID");
    expect(codeWith({ ...entry, logId: signed.entry.logId })).toBe("LOG_ENTRY_INVALID");
    expect(codeWith({ ...signed.entry, promise: entry.promise })).toBe("LOG_ENTRY_INVALID");
    expect(codeWith({ ...signed.entry, proof: entry.proof })).toBe("LOG_ENTRY_INVALID");
  });

  it.each<[string, (entry: Entry) => Partial<Entry>]>([
    ["no promise, which alone vouches for the time", () => ({ promise: undefined })],
    ["an empty promise", () => ({ promise: Buffer.alloc(0) })],
    ["no proof", () => ({ proof: undefined })],
    ["another time", ({ integratedTime }) => ({ integratedTime: integratedTime + 1 })],
    ["another index", ({ logIndex }) => ({ logIndex: logIndex + 1 })],
    ["another log", () => ({ logId: Buffer.alloc(32, 1) })],
    ["a log of no name", () => ({ logId: Buffer.alloc(0) })],
    ["another kind", () => ({ kind: "intoto" })],
    ["another version", () => ({ version: "0.0.2" })],
  ])("is refused with an entry of %s", (_, change) => {
    expect(codeWith({ ...signed.entry, ...change(signed.entry) })).toBe("LOG_ENTRY_INVALID");
  });

  it.each<[string, (proof: Proof) => Partial<Proof>]>([
    ["an index outside the tree", () => ({ logIndex: 1 })],
    ["a hash too many", () => ({ hashes: [Buffer.alloc(32)] })],
    ["more hashes than a tree is high", () => ({ hashes: Array(65).fill(Buffer.alloc(32)) })],
    [
      "no checkpoint's signature",
      ({ checkpoint }) => ({ checkpoint: checkpoint.slice(0, checkpoint.indexOf("\u2014")) }),
    ],
    [
      "a checkpoint of another tree",
      ({ checkpoint }) => ({ checkpoint: checkpoint.replace("\n1\n", "\n2\n") }),
    ],
    ["another root than its checkpoint's", ({ rootHash }) => ({ rootHash: Buffer.from(rootHash).reverse() })],
    ["another size than its checkpoint's", ({ treeSize }) => ({ treeSize: treeSize + 1 })],
    [
      "a checkpoint out of all bounds",
      ({ checkpoint }) => ({ checkpoint: checkpoint + "x".repeat(16 * 1024) }),
    ],
  ])("is refused with a proof of %s", (_, change) => {
    const { proof } = signed.entry;
    expect(proof && codeWith({ ...signed.entry, proof: { ...proof, ...change(proof) } })).toBe(
      "LOG_ENTRY_INVALID",
    );
  });
});

it("the public log's entry for one commit is nothing to another", async () => {
  const { payload, signature } = partsOf(PUBLIC_GOOD.commit);
  const root = publicGoodRoot();
  expect(codeOf(signature, root, Date.now(), payload)).toBe("good");
  // The last digit of the entry's time, inside the attribute that no signature covers.
  const der = Buffer.from(signature.split("\n").slice(1, -1).join(""), "base64");
  const time = der.indexOf(Buffer.from("20a892f8a306", "hex"));
  der.writeUInt8(der.readUInt8(time + 1) + 1, time + 1);
  const shifted = `-----BEGIN SIGNED MESSAGE-----\n${der.toString("base64")}\n-----END SIGNED MESSAGE-----`;
  expect(codeOf(shifted, root, Date.now(), payload)).toBe("LOG_ENTRY_INVALID");
});
