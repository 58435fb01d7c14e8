import { rm } from "node:fs/promises";
import { join } from "node:path";
import {
  type Anchor,
  AuditError,
  AuditLog,
  AuditLogView,
  anchorAt,
  createSigner,
  DirectoryFiles,
  DirectoryStore,
  type DirectoryStoreOptions,
  parseSigner,
  parseVerifierKey,
  type Signer,
} from "../audit/index.ts";
import { type Books, Ledger } from "../gate/index.ts";
import { auditKeyPaths, createAuditKey, localOrigin } from "./audit-key.ts";
import { readKeyFile, readPrivateKeyFile } from "./key-file.ts";

export const DEFAULT_STATE = ".sluice";

/** Beside the key: whoever changes the log folder alone cannot take back what was signed. */
const ANCHOR_FILE = "audit.head";

/** The files of a state directory that an operator looks at or copies; the rest in there is cache. */
export function statePaths(stateDir: string) {
  return {
    log: join(stateDir, "log"),
    anchor: join(stateDir, ANCHOR_FILE),
    ...auditKeyPaths(keyPrefix(stateDir)),
  };
}

function keyPrefix(stateDir: string): string {
  return join(stateDir, "audit");
}

/** Opens the audit log of a state directory for writing, and reads where its gates stand. Throws AuditError. */
export async function openBooks(
  stateDir: string,
  options: DirectoryStoreOptions = {},
): Promise<Books & AsyncDisposable> {
  const { origin, signer } = await openIdentity(stateDir, options);
  const store = new DirectoryStore(statePaths(stateDir).log, options);
  const log = await AuditLog.open({ store, signer, origin, anchor: anchorOf(stateDir) });
  try {
    return { log, ledger: await Ledger.read(log), [Symbol.asyncDispose]: () => log.close() };
  } catch (error) {
    await log.close();
    throw error;
  }
}

function anchorOf(stateDir: string): Anchor {
  return anchorAt(new DirectoryStore(stateDir), ANCHOR_FILE);
}

interface Identity {
  /** The log's name, as its checkpoints and its verifier key say it. */
  readonly origin: string;
  readonly signer: Signer;
}

/** The key that `sluice keygen audit` put there, or one made at first use. An existing key is never replaced. */
async function openIdentity(stateDir: string, options: DirectoryStoreOptions): Promise<Identity> {
  return (await readIdentity(stateDir)) ?? (await createIdentity(stateDir, options));
}

async function readIdentity(stateDir: string): Promise<Identity | undefined> {
  const paths = statePaths(stateDir);
  const pem = await readPrivateKeyFile(paths.key);
  if (pem === undefined) return undefined;
  const named = parseVerifierKey(((await readKeyFile(paths.verifierKey)) ?? "").trim());
  if (named === undefined) {
    throw new AuditError(
      "MALFORMED_KEY",
      `${paths.verifierKey} is missing or damaged: it holds the log's name`,
      {
        remedy:
          "restore it from where you keep the public key, or move audit.key, audit.head and the log away together to begin a new log",
      },
    );
  }
  return { origin: named.name, signer: parseSigner(pem, paths.key) };
}

/** Under the log's lock: two processes that begin at once would leave one's name beside the other's key. */
async function createIdentity(stateDir: string, options: DirectoryStoreOptions): Promise<Identity> {
  const release = await new DirectoryStore(statePaths(stateDir).log, options).lock();
  try {
    return (await readIdentity(stateDir)) ?? (await writeIdentity(stateDir));
  } finally {
    await release();
  }
}

async function writeIdentity(stateDir: string): Promise<Identity> {
  const paths = statePaths(stateDir);
  // Without the private key these are of one that was never finished: it is written last.
  for (const path of [paths.verifierKey, paths.publicKey]) await rm(path, { force: true });
  const origin = localOrigin();
  const { privateKey } = await createAuditKey(keyPrefix(stateDir), origin);
  return { origin, signer: createSigner(privateKey) };
}

/**
 * Where the gates of a state directory stand, for looking only: takes no lock, so a writer may be at work.
 * Nothing stands anywhere before the first run.
 */
export async function readLedger(stateDir: string): Promise<Ledger> {
  const identity = await readIdentity(stateDir);
  if (identity === undefined) return new Ledger();
  const { origin, signer } = identity;
  const files = new DirectoryFiles(statePaths(stateDir).log);
  try {
    return await Ledger.read(await AuditLogView.open(files, { publicKey: signer.publicKey, origin }));
  } catch (error) {
    if (error instanceof AuditError && error.code === "NOT_A_LOG" && !(await isAnchored(stateDir)))
      return new Ledger();
    throw error;
  }
}

/** Whether there was a log once. Without one, a key that `sluice keygen audit` made has no log yet. */
async function isAnchored(stateDir: string): Promise<boolean> {
  return (await anchorOf(stateDir).read(0)) !== undefined;
}
