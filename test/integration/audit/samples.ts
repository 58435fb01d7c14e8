import { createPrivateKey } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  AuditLog,
  createSigner,
  type DecisionStatementInput,
  type LogIdentity,
  type LogStore,
  type MemoryStore,
  type OutcomeStatementInput,
  type Signer,
  sealDecision,
  sealOutcome,
} from "../../../src/audit/index.ts";
import { type Digest, sha256 } from "../../../src/digest.ts";
import type { LogPosition } from "../../../src/verified.ts";

export const ORIGIN = "bank.example/audit/test";
/** 2026-01-01T00:00:00Z */
export const START = 1_767_225_600_000;

/** Keys for tests alone: made from a number, so that runs repeat exactly. */
export function testSigner(seed = 1): Signer {
  // PKCS#8 of an Ed25519 key (RFC 8410) is a fixed beginning and the 32 bytes of the seed.
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, seed)]);
  return createSigner(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
}

export const identity: LogIdentity = { origin: ORIGIN, signer: testSigner() };

const common = {
  gate: { namespace: "payments", name: "prod" },
  version: "0.1.0",
  trust: { name: "payments-trust", digest: sha256("trust") },
  policies: [{ name: "baseline", digest: sha256("baseline") }],
  signers: [{ name: "alice", key: "SHA256:alice", commits: 1 }],
};

function source(n: number) {
  return {
    url: "https://git.bank.example/payments/config.git",
    ref: "refs/heads/main",
    revision: n.toString(16).padStart(40, "0"),
  };
}

type Denial = Extract<DecisionStatementInput, { verdict: "deny" }>;

export function admission(n: number, evidence: Digest = sha256(`evidence ${n}`)): DecisionStatementInput {
  const manifests = sha256(`manifests ${n}`);
  return { ...common, verdict: "admit", source: source(n), decidedAt: START + n * 1000, manifests, evidence };
}

export function denial(n: number, evidence: Digest = sha256(`evidence ${n}`)): Denial {
  const reason = {
    stage: "verify",
    code: "UNSIGNED",
    subject: source(n).revision,
    message: "the commit is not signed",
    remedy: "sign it",
  };
  return {
    ...common,
    verdict: "deny",
    source: source(n),
    decidedAt: START + n * 1000,
    reasons: [reason],
    evidence,
  };
}

export function outcomeOf(n: number, decision: LogPosition): OutcomeStatementInput {
  const { gate, version } = common;
  const { url, revision } = source(n);
  return {
    gate,
    version,
    source: { url, revision },
    manifests: sha256(`manifests ${n}`),
    decision,
    result: "applied",
    message: "",
    observedAt: START + n * 1000 + 500,
  };
}

export function openLog(store: LogStore): Promise<AuditLog> {
  return AuditLog.open({ store, ...identity });
}

export async function appendAdmission(log: AuditLog, n: number): Promise<LogPosition> {
  const evidence = await log.putEvidence(Buffer.from(`evidence ${n}`));
  return log.append(await sealDecision(admission(n, evidence), log));
}

export async function appendDenial(log: AuditLog, n: number): Promise<LogPosition> {
  const evidence = await log.putEvidence(Buffer.from(`evidence ${n}`));
  return log.append(await sealDecision(denial(n, evidence), log));
}

export async function appendOutcome(
  log: AuditLog,
  n: number,
  decision: LogPosition,
  change: Partial<OutcomeStatementInput> = {},
): Promise<LogPosition> {
  return log.append(await sealOutcome({ ...outcomeOf(n, decision), ...change }, log));
}

/** An admitted change, its outcome and a denied change, over and over, until the log has `size` entries. */
export async function fillLog(log: AuditLog, size: number): Promise<void> {
  while (log.size < size) {
    const n = log.size;
    if (n % 3 === 0) await appendAdmission(log, n);
    else if (n % 3 === 2) await appendDenial(log, n);
    else
      for await (const { index, leafHash } of log.entries(n - 1))
        await appendOutcome(log, n - 1, { index, leafHash });
  }
}

/** Puts a log that was made in memory on disk, where nothing has to be durable. */
export async function saveLog({ files }: MemoryStore, folder: string): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}
