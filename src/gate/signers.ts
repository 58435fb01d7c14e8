import type { DecisionSigner } from "../audit/index.ts";
import type { CommitRecord } from "../trust/index.ts";

/** Who signed how many commits of a range, with which key: in the order they appear. */
export function countSigners(commits: readonly CommitRecord[]): DecisionSigner[] {
  const signers = new Map<string, DecisionSigner>();
  for (const { verdict, signer, key } of commits) {
    if (verdict !== "verified" || signer === null || key === null) continue;
    const id = JSON.stringify([signer, key]);
    signers.set(id, { name: signer, key, commits: (signers.get(id)?.commits ?? 0) + 1 });
  }
  return [...signers.values()];
}
