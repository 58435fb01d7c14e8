import type { Judged } from "../../refusal.ts";
import type { SigstoreRoot, SigstoreRootCode } from "./root.ts";

/** Reads a `trusted_root.json`; loads Sigstore's library, which nobody needs who trusts no root. */
export async function readSigstoreRoot(json: string): Promise<Judged<SigstoreRoot, SigstoreRootCode>> {
  const { parseSigstoreRoot } = await import("./root.ts");
  return parseSigstoreRoot(json);
}
