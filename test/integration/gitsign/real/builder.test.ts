import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithTools } from "../../../support/tools.ts";
import { addSignature, DAY } from "../../commits/objects.ts";
import { Sandbox } from "../../commits/sandbox.ts";
import { entryAttribute } from "../entry.ts";
import { judgeGitsign, PAYLOAD } from "../judge.ts";
import { assemble, PrivateSigstore, type Signing, WHO } from "../private-sigstore.ts";
import { PUBLIC_GOOD, rootOf } from "../public-good.ts";
import { type Expecting, Gitsign } from "./gitsign.ts";

/** What the tests without tools have, shown to the real gitsign. */
describeWithTools(["git", "gitsign"], "gitsign judges as it is judged here", (programs) => {
  const sigstore = new PrivateSigstore();
  let sandbox: Sandbox;
  let gitsign: Gitsign;
  let who: Expecting;

  beforeAll(async () => {
    sandbox = new Sandbox();
    gitsign = new Gitsign(sandbox, programs.gitsign);
    await gitsign.start();
    who = { ...WHO, rootJson: await sigstore.rootJson() };
  });

  afterAll(async () => {
    await gitsign[Symbol.asyncDispose]();
    sandbox[Symbol.dispose]();
  });

  /** Our word for a signature on a commit, and whether gitsign accepts it. */
  async function judge(signature: string): Promise<[code: string, gitsign: boolean]> {
    const verdict = judgeGitsign(signature, rootOf(who.rootJson), sigstore.now);
    const oid = sandbox.commitRaw(addSignature(PAYLOAD, signature));
    const accepted = await gitsign.accepts("verify", oid, who);
    if (!verdict.ok) return [verdict.code, accepted];
    const isExpected = verdict.identity === who.identity && verdict.issuer === who.issuer;
    expect(isExpected && !accepted, "accepted here alone").toBe(false);
    return [isExpected ? "good" : "somebody else's", accepted];
  }

  it.each<[string, Signing, code: string, gitsign: boolean]>([
    ["a good one", {}, "good", true],
    ["another's", { identity: `${WHO.identity}2` }, "somebody else's", false],
    ["another provider's", { issuer: `${WHO.issuer}.evil` }, "somebody else's", false],
    ["one of two providers", { olderIssuer: "https://login.evil.example" }, "IDENTITY_MISSING", false],
    ["one whose certificate was not logged", { withTimestamp: false }, "CERTIFICATE_UNTRUSTED", false],
    // gitsign does not ask whether the certificate was valid at the time of logging.
    ["one logged too late", { loggedAt: sigstore.now + DAY / 2 }, "KEY_EXPIRED", true],
    ["one logged too early", { loggedAt: sigstore.now - DAY }, "KEY_NOT_YET_VALID", true],
    ["one over SHA-512", { hash: "sha512" }, "UNSUPPORTED_ALGORITHM", false],
  ])("%s", async (_, signing, code, accepted) => {
    expect(await judge(await sigstore.sign(PAYLOAD, signing))).toEqual([code, accepted]);
  });

  it("one with another's entry, or none, or one of another log", async () => {
    const signed = await sigstore.signApart(PAYLOAD);
    const other = await sigstore.signApart(PAYLOAD);
    const elsewhere = await new PrivateSigstore().log(signed.certificate, signed.signer, sigstore.now);
    const judgeEntry = (entry = signed.entry) => judge(assemble(signed, [entryAttribute(entry)]));
    expect(await judgeEntry()).toEqual(["good", true]);
    expect(await judgeEntry(other.entry)).toEqual(["LOG_ENTRY_INVALID", false]);
    expect(await judgeEntry(elsewhere)).toEqual(["LOG_ENTRY_INVALID", false]);
    expect(await judge(assemble(signed, []))).toEqual(["NOT_LOGGED", false]);
  });

  it("one made in the public Sigstore", async () => {
    const { commit, identity, issuer, rootJson } = PUBLIC_GOOD;
    const accepts = (object: string, change: Partial<Expecting> = {}) =>
      gitsign.accepts("verify", sandbox.commitRaw(Buffer.from(object)), {
        ...{ identity, issuer, rootJson },
        ...change,
      });
    expect(await accepts(commit)).toBe(true);
    expect(await accepts(commit.replace("Mon Jun", "Tue Jun"))).toBe(false);
    expect(await accepts(commit, { identity: identity.slice(1) })).toBe(false);
    expect(await accepts(commit, { issuer: `${issuer}/` })).toBe(false);
    expect(await accepts(commit, { rootJson: who.rootJson })).toBe(false);
  });
});
