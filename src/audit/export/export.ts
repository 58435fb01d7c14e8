import { isNonEmpty, type Judged, passed, refused } from "../../refusal.ts";
import { readEntries, type StoredEntry } from "../entries.ts";
import { orTampered } from "../error.ts";
import { evidencePath, readEvidence } from "../evidence.ts";
import { inclusionPath } from "../merkle/index.ts";
import { readProof } from "../reader.ts";
import { CHECKPOINT_FILE, KEY_FILE } from "../recovery.ts";
import { publicKeyPem } from "../signer.ts";
import { type AuditEntry, parseEntry } from "../statement/index.ts";
import type { LogFiles } from "../store/index.ts";
import type { SignedCheckpoint } from "../tlog/checkpoint.ts";
import { formatTlogProof } from "../tlog/tlog-proof.ts";
import { formatVerifierKey, verifierKey } from "../tlog/verifier-key.ts";
import type { LogTrust } from "../trust.ts";
import { type LogProblem, verifyLog } from "../verify/index.ts";
import { CachedTiles } from "./cached-tiles.ts";
import { NewFolder } from "./new-folder.ts";
import { readme } from "./readme.ts";
import { toSigstoreBundle } from "./sigstore-bundle.ts";

export interface ExportSummary {
  readonly checkpoint: SignedCheckpoint;
  /** Pieces of evidence; several decisions may rest on one. */
  readonly evidence: number;
}

/**
 * Writes what an auditor needs to check every entry without this program, into a folder that is new or
 * empty: envelopes, proofs, evidence, the key, and how to go about it. A log that does not verify is not
 * exported: its refusals are the answer. Throws EXISTS, UNWRITABLE, NOT_A_LOG.
 */
export async function exportLog(
  files: LogFiles,
  trust: LogTrust,
  out: string,
): Promise<Judged<ExportSummary, LogProblem>> {
  const { checkpoint, refusals, evidence } = await verifyLog(files, { trust });
  if (isNonEmpty(refusals)) return refused(...refusals);
  if (checkpoint === undefined) throw new TypeError("a log that verifies has a checkpoint");
  const folder = await NewFolder.create(out);
  await folder.write("README.txt", readme(checkpoint));
  await folder.write(CHECKPOINT_FILE, checkpoint.bytes);
  await folder.write(KEY_FILE, `${formatVerifierKey(verifierKey(checkpoint.origin, trust.publicKey))}\n`);
  await folder.write("log.pem", publicKeyPem(trust.publicKey));
  // What was verified is what is exported, also while the log grows.
  const tiles = new CachedTiles(files);
  for await (const entry of readEntries(tiles, 0, checkpoint)) {
    await exportEntry(tiles, entry, checkpoint, folder);
  }
  return passed({ checkpoint, evidence });
}

async function exportEntry(
  files: LogFiles,
  { index, bytes }: StoredEntry,
  checkpoint: SignedCheckpoint,
  folder: NewFolder,
): Promise<void> {
  const entry = orTampered(parseEntry(bytes));
  const name = `entries/${fileName(index, entry)}`;
  // The very bytes of the entry, without a newline: their hash is the leaf.
  await folder.write(`${name}.intoto.jsonl`, bytes);
  await folder.write(`${name}.sigstore.json`, toSigstoreBundle(entry.envelope));
  const proof = orTampered(await readProof(files, inclusionPath(index, checkpoint.size), checkpoint.size));
  await folder.write(`${name}.tlog-proof`, formatTlogProof(index, proof, checkpoint));
  if (entry.kind === "outcome") return;
  const digest = entry.decision.evidence;
  await folder.write(evidencePath(digest), orTampered(await readEvidence(files, digest)));
}

const INDEX_DIGITS = 8;
/** Of a gate's name: file systems take 255 bytes for the name of a file. */
const MAX_NAME_LENGTH = 100;

function fileName(index: number, entry: AuditEntry): string {
  const { gate } = entry.kind === "decision" ? entry.decision : entry.outcome;
  const name = gate.name.slice(0, MAX_NAME_LENGTH);
  return `${String(index).padStart(INDEX_DIGITS, "0")}-${entry.kind}-${name}`;
}
