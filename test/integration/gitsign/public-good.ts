import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseCommit } from "../../../src/git/index.ts";
import { parseSigstoreRoot, type SigstoreRoot } from "../../../src/signatures/sigstore/root.ts";

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, "fixtures", name), "utf8");

/** What gitsign itself made, and logged in the public Rekor. */
export const PUBLIC_GOOD = {
  commit: fixture("public-good.commit"),
  rootJson: fixture("public-good-trusted-root.json"),
  identity: "billy@chainguard.dev",
  issuer: "https://accounts.google.com",
  /** The entry's integratedTime. */
  loggedAt: Date.UTC(2023, 5, 5, 16, 11, 20),
} as const;

export function publicGoodRoot(): SigstoreRoot {
  return rootOf(PUBLIC_GOOD.rootJson);
}

export function rootOf(json: string): SigstoreRoot {
  const root = parseSigstoreRoot(json);
  if (!root.ok) throw new Error(root.refusals[0].message);
  return root.value;
}

export function partsOf(commit: string): { payload: Uint8Array; signature: string } {
  const parsed = parseCommit(Buffer.from(commit));
  if (!parsed.ok || parsed.value.signature === undefined) throw new Error("not a signed commit");
  return { payload: parsed.value.payload, signature: parsed.value.signature };
}
