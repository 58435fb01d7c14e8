import { beforeAll, describe, expect, it } from "vitest";
import { identityKey, type SigstoreIdentity } from "../../src/signatures/sigstore/identity.ts";
import type { SigstoreRoot } from "../../src/signatures/sigstore/root.ts";
import { judgeGitsign, PAYLOAD } from "../integration/gitsign/judge.ts";
import { PrivateSigstore } from "../integration/gitsign/private-sigstore.ts";
import { rootOf } from "../integration/gitsign/public-good.ts";

const BANK = { identity: "https://github.com/bank/", issuer: "https://login.bank.example" };

/** Identities that a pattern, a prefix or a missing comparison would let through. */
describe("an identity in a policy", () => {
  const sigstore = new PrivateSigstore();
  let root: SigstoreRoot;

  beforeAll(async () => {
    root = rootOf(await sigstore.rootJson());
  });

  /** Whether the policy's signer is the one that the certificate names. */
  async function isTrusted(policy: SigstoreIdentity, certified: SigstoreIdentity): Promise<boolean> {
    const verdict = judgeGitsign(await sigstore.sign(PAYLOAD, certified), root, sigstore.now);
    expect(verdict.ok).toBe(true);
    return verdict.ok && new Set([identityKey(policy)]).has(identityKey(verdict));
  }

  it("is the one that Fulcio certified", async () => {
    expect(await isTrusted(BANK, BANK)).toBe(true);
  });

  it.each<[string, string, string]>([
    ["more after it", BANK.identity, "https://github.com/bank/evil"],
    ["a longer host", "https://github.com", "https://github.com.evil.example"],
    ["something before it", "github.com/bank/", "https://evil.example/github.com/bank/"],
    ["another case", BANK.identity, "https://github.com/Bank/"],
    ["what a pattern would match", "https://github.com/bank/.*", "https://github.com/bank/evil"],
    ["what a dot would match", "https://github.com/bank/", "https://githubXcom/bank/"],
    ["nothing asked for", "", BANK.identity],
  ])("is not one with %s", async (_, identity, certified) => {
    expect(await isTrusted({ ...BANK, identity }, { ...BANK, identity: certified })).toBe(false);
  });

  it.each<[string, string]>([
    ["another provider", "https://login.evil.example"],
    ["a provider of a longer name", "https://login.bank.example.evil.example"],
    ["the provider with a slash", "https://login.bank.example/"],
  ])("is not one by %s", async (_, issuer) => {
    expect(await isTrusted(BANK, { ...BANK, issuer })).toBe(false);
  });

  it("cannot be put together from the other's halves", () => {
    const [one, two] = [
      { issuer: 'a","b', identity: "c" },
      { issuer: "a", identity: 'b","c' },
    ];
    expect(identityKey(one)).not.toBe(identityKey(two));
    expect(identityKey(one)).toBe(identityKey({ ...one }));
  });
});
