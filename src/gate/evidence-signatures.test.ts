import { describe, expect, it } from "vitest";
import { admission, commit } from "../../test/support/findings.ts";
import { sha256 } from "../digest.ts";
import { toEvidence } from "./evidence.ts";
import { readSignatures } from "./evidence-signatures.ts";

const bob = { scheme: "ssh", signer: "bob", key: "SHA256:bob" };
const refused = { ...bob, code: "UNKNOWN_KEY" };

/** A decision's evidence, with more in it. */
function evidence(more: object): Uint8Array {
  return Buffer.from(JSON.stringify({ ...JSON.parse(toEvidence(admission()).toString()), ...more }));
}

describe("what an admission rested on", () => {
  it("is read from its evidence: each commit's signature", () => {
    const { own, submodules } = readSignatures(toEvidence(admission()));
    expect(own).toEqual([
      { of: `commit ${"a".repeat(40)}`, scheme: commit.scheme, signer: commit.signer, key: commit.key },
    ]);
    expect(submodules).toEqual([]);
  });

  it("is approvals, tags and resets too, and none of them where it did not count", () => {
    const approvals = [{ ...bob, code: null }, refused];
    const { own } = readSignatures(
      evidence({
        commits: [{ ...commit, oid: "1", approvals }],
        tag: { ...bob, code: null, ref: "refs/tags/v1" },
        reset: {
          tags: [
            { ...bob, code: null, ref: "refs/tags/r" },
            { ...refused, ref: "refs/tags/s" },
          ],
        },
      }),
    );
    expect(own.map(({ of }) => of)).toEqual([
      "commit 1",
      "approval of 1",
      "tag refs/tags/v1",
      "reset refs/tags/r",
    ]);
  });

  it("comes with its certificates, of which the evidence has each once", () => {
    const [own, between] = ["own", "between"].map((text) => Buffer.from(text));
    const certificates = [own, between].map((each) => `${each?.toString("base64")}`);
    const commits = ["1", "2"].map((oid) => ({ ...commit, oid, certificates }));
    const bytes = toEvidence({ ...admission(), commits });
    expect(readSignatures(bytes).own.map((each) => each.certificates)).toEqual([
      [own, between],
      [own, between],
    ]);
    for (const text of certificates) expect(Buffer.from(bytes).toString().split(text)).toHaveLength(2);
  });

  it("is a fault where a certificate that it names is not there", () => {
    const commits = [{ ...commit, certificates: [sha256("gone")] }];
    expect(() => readSignatures(evidence({ commits }))).toThrow(TypeError);
  });

  it("is what was in submodules, by the trust of each", () => {
    const submodules = [{ path: "vendor", trust: { name: "vendors" }, commits: [{ ...commit, oid: "2" }] }];
    expect(readSignatures(evidence({ submodules })).submodules).toMatchObject([
      { trust: "vendors", signatures: [{ of: "commit 2 of submodule vendor", signer: "alice" }] },
    ]);
  });
});
