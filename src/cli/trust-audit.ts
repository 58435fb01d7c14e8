import { type Command, InvalidArgumentError } from "commander";
import { loadTrustPolicy, type TrustMaterial } from "../api/index.ts";
import {
  AuditError,
  type DecisionRecord,
  DirectoryFiles,
  type LogFiles,
  parseEntry,
  readEntries,
  requireEvidence,
  type SignedCheckpoint,
  verifyLog,
} from "../audit/index.ts";
import { type RecordedSignature, readSignatures } from "../gate/index.ts";
import { compileTrust, judgeRecordedKey, type KeyStanding, REMEDIES, type Trust } from "../trust/index.ts";
import { action } from "./action.ts";
import { ExitCode, type Io, printable } from "./io.ts";
import { chooseKey, printNotices } from "./log-key.ts";
import { reportRefusals } from "./refusal-view.ts";
import { trustCommand } from "./trust-command.ts";

interface AuditOptions {
  readonly log: string;
  readonly trust: string;
  readonly key?: string;
  readonly logKey?: string;
  readonly code?: readonly string[];
}

/** A word that is misspelt would find nothing, and look like good news. */
function addCode(code: string, before: readonly string[] = []): readonly string[] {
  if (Object.hasOwn(REMEDIES, code)) return [...before, code];
  throw new InvalidArgumentError(
    "Expected a code of a key, such as KEY_REVOKED, KEY_EXPIRED or UNKNOWN_KEY.",
  );
}

export function registerTrustAudit(program: Command): void {
  trustCommand(program)
    .command("audit")
    .description("Which admitted changes rest on keys that the policy does not accept any more")
    .requiredOption("--log <dir>", "the folder of an audit log")
    .requiredOption("--trust <file>", "the file with the TrustPolicy of today")
    .option("--key <fingerprint>", "all changes that this key signed, whether it counts or not")
    .option("--code <code...>", "of what lapsed, only what did for these reasons: KEY_REVOKED…", addCode)
    .option("--log-key <file>", "the log's key that you trust; else the log's own")
    .action(action(audit));
}

/** A signature that an admission rested on, and what today's trust makes of its key. */
type Judged = RecordedSignature & { readonly standing: KeyStanding };

interface Change {
  readonly index: number;
  readonly gate: string;
  readonly decidedAt: string;
  readonly revision: string;
  readonly signatures: readonly Judged[];
}

interface Findings {
  readonly changes: readonly Change[];
  /** Admissions that were looked at. */
  readonly admissions: number;
  /** Admissions under a TrustPolicy of another name, which this one says nothing about. */
  readonly others: number;
  /** Signatures that `--code` has not asked for, by their code. */
  readonly leftOut: Readonly<Record<string, number>>;
}

async function audit(
  io: Io,
  { log, trust: file, key, logKey, code: codes }: AuditOptions,
): Promise<ExitCode> {
  const files = new DirectoryFiles(log);
  const chosen = await chooseKey(files, logKey);
  const material = await loadTrustPolicy(file);
  const trust = await compileTrust(material);
  io.progress(`verifying ${log}…`);
  const { checkpoint, refusals } = await verifyLog(files, { trust: chosen.trust });
  if (checkpoint === undefined || refusals.length > 0) return reportRefusals(io, refusals);
  const isAsked = ({ key: signed, standing }: Judged): boolean =>
    key === undefined ? standing.state !== "counts" : signed === key;
  const findings = await findChanges(files, checkpoint, { material, trust, now: Date.now(), isAsked, codes });
  if (io.format === "json") io.json({ ...toJson(findings), notices: chosen.notices });
  else {
    printNotices(io, chosen.notices);
    print(io, findings);
  }
  return findings.changes.length === 0 ? ExitCode.passed : ExitCode.refused;
}

interface Question {
  readonly material: TrustMaterial;
  readonly trust: Trust;
  readonly now: number;
  isAsked(signature: Judged): boolean;
  /** Undefined for all. */
  readonly codes: readonly string[] | undefined;
}

async function findChanges(
  files: LogFiles,
  checkpoint: SignedCheckpoint,
  { material, trust, now, isAsked, codes }: Question,
): Promise<Findings> {
  const changes: Change[] = [];
  const leftOut: Record<string, number> = {};
  let admissions = 0;
  let others = 0;
  for await (const { index, bytes } of readEntries(files, 0, checkpoint)) {
    const decision = admissionIn(index, bytes);
    if (decision === undefined) continue;
    const { gate, source, decidedAt, evidence } = decision;
    const concerned = concerning(material, decision, await requireEvidence(files, evidence));
    if (concerned === undefined) {
      others += 1;
      continue;
    }
    admissions += 1;
    const signatures: Judged[] = [];
    for (const each of concerned) {
      const judged = { ...each, standing: judgeRecordedKey(each, trust, now) };
      if (!isAsked(judged)) continue;
      const { standing } = judged;
      if (codes === undefined || standing.state !== "lapsed" || codes.includes(standing.code))
        signatures.push(judged);
      else leftOut[standing.code] = (leftOut[standing.code] ?? 0) + 1;
    }
    if (signatures.length === 0) continue;
    const at = new Date(decidedAt).toISOString();
    const label = `${gate.namespace}/${gate.name}`;
    changes.push({ index, gate: label, decidedAt: at, revision: source.revision, signatures });
  }
  return { changes, admissions, others, leftOut };
}

/** The signatures that this policy was asked about; undefined where it was about none. */
function concerning(
  { name, namespace }: TrustMaterial,
  { gate, trust }: DecisionRecord,
  evidence: Uint8Array,
): RecordedSignature[] | undefined {
  const { own, submodules } = readSignatures(evidence);
  const parts = [{ trust: trust.name, signatures: own }, ...submodules].filter((part) => part.trust === name);
  if (gate.namespace !== namespace || parts.length === 0) return undefined;
  return parts.flatMap(({ signatures }) => signatures);
}

function admissionIn(index: number, bytes: Uint8Array): DecisionRecord | undefined {
  const entry = parseEntry(bytes);
  if (!entry.ok) throw new AuditError("TAMPERED", `entry ${index} is not what was verified`);
  const { value } = entry;
  return value.kind === "decision" && value.decision.verdict === "admit" ? value.decision : undefined;
}

function toJson({ changes, ...counts }: Findings): object {
  return {
    ...counts,
    changes: changes.map((change) => ({
      ...change,
      signatures: change.signatures.map(({ standing, of, scheme, signer, key }) => ({
        of,
        scheme,
        signer,
        key,
        state: standing.state,
        code: standing.state === "lapsed" ? standing.code : null,
        message: standing.state === "counts" ? "" : standing.message,
      })),
    })),
  };
}

function print(io: Io, { changes, admissions, others, leftOut }: Findings): void {
  const { bold, dim } = io.colors;
  for (const { index, gate, decidedAt, revision, signatures } of changes) {
    io.line(`${bold(`entry ${index}`)}  ${dim(decidedAt)}  ${printable(gate)}  ${revision}`);
    for (const { of, signer, key, standing } of signatures) {
      const why = standing.state === "lapsed" ? standing.code : standing.state;
      const message = standing.state === "counts" ? "" : `  ${standing.message}`;
      io.line(`  ${bold(why)}  ${printable(`${of}, by ${signer}, ${key}`)}${dim(printable(message))}`);
    }
  }
  io.line(`${changes.length} of ${admissions} admitted changes`);
  const rest = Object.entries(leftOut).map(([code, count]) => `${count} ${code}`);
  if (rest.length > 0) io.line(dim(`signatures that --code left out: ${rest.join(", ")}`));
  if (others > 0) io.line(dim(`${others} were admitted by TrustPolicies of other names, and not looked at`));
}
