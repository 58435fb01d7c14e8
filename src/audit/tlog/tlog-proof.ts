import type { Hash } from "../merkle/index.ts";
import { toBase64 } from "./base64.ts";
import type { SignedCheckpoint } from "./checkpoint.ts";

/** An inclusion proof and the checkpoint it leads to, as one text (https://c2sp.org/tlog-proof). */
export function formatTlogProof(
  index: number,
  proof: readonly Hash[],
  checkpoint: SignedCheckpoint,
): Uint8Array {
  const lines = ["c2sp.org/tlog-proof@v1", `index ${index}`, ...proof.map(toBase64), "", ""];
  return Buffer.concat([Buffer.from(lines.join("\n")), checkpoint.bytes]);
}
