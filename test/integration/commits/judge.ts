import type { KeyMaterial, TrustMaterial } from "../../../src/api/index.ts";
import { compileTrust, verifyCommits } from "../../../src/trust/index.ts";
import { trustMaterial } from "./material.ts";
import { NOW, rawCommit } from "./objects.ts";

export interface Judging {
  readonly keys: readonly KeyMaterial[];
  readonly policy?: Partial<TrustMaterial>;
  readonly now?: number;
}

/** The whole way from a commit object to its verdict: `verified by NAME`, or the code of the refusal. */
export async function judgeObject(bytes: Buffer, { keys, policy = {}, now = NOW }: Judging): Promise<string> {
  const trust = await compileTrust(trustMaterial(keys, policy));
  const [record] = await Array.fromAsync(verifyCommits([rawCommit(bytes)], trust, now));
  return record?.code ?? `${record?.verdict} by ${record?.signer}`;
}
