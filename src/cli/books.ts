import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Anchor,
  AuditError,
  AuditLog,
  anchorAt,
  createSigner,
  DirectoryStore,
  formatVerifierKey,
  parseSigner,
  parseVerifierKey,
  publicKeyPem,
  type Signer,
  verifierKey,
} from "../audit/index.ts";
import { systemErrorCode } from "../fault.ts";
import { type Books, Ledger } from "../gate/index.ts";

export const DEFAULT_STATE = ".sluice";

/** Beside the key: whoever changes the log folder alone cannot take back what was signed. */
const ANCHOR_FILE = "audit.head";

/** The files of a state directory that an operator looks at or copies; the rest in there is cache. */
export function statePaths(stateDir: string) {
  return {
    log: join(stateDir, "log"),
    key: join(stateDir, "audit.key"),
    publicKey: join(stateDir, "audit.pub"),
    verifierKey: join(stateDir, "audit.vkey"),
    anchor: join(stateDir, ANCHOR_FILE),
  };
}

/** Opens the audit log of a state directory for writing, and reads where its gates stand. Throws AuditError. */
export async function openBooks(stateDir: string): Promise<Books & AsyncDisposable> {
  const { origin, signer } = await openIdentity(stateDir);
  const store = new DirectoryStore(statePaths(stateDir).log);
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
async function openIdentity(stateDir: string): Promise<Identity> {
  return (await readIdentity(stateDir)) ?? (await createIdentity(stateDir));
}

async function readIdentity(stateDir: string): Promise<Identity | undefined> {
  const paths = statePaths(stateDir);
  const pem = await readIfThere(paths.key);
  if (pem === undefined) return undefined;
  const named = parseVerifierKey(((await readIfThere(paths.verifierKey)) ?? "").trim());
  if (named === undefined) {
    throw new AuditError(
      "MALFORMED_KEY",
      `${paths.verifierKey} is missing or damaged: it holds the log's name`,
      {
        remedy: "restore it from where you keep the public key, or move audit.key away to begin a new log",
      },
    );
  }
  return { origin: named.name, signer: parseSigner(pem, paths.key) };
}

/** Under the log's lock: two processes that begin at once would leave one's name beside the other's key. */
async function createIdentity(stateDir: string): Promise<Identity> {
  const release = await new DirectoryStore(statePaths(stateDir).log).lock();
  try {
    return (await readIdentity(stateDir)) ?? (await writeIdentity(stateDir));
  } finally {
    await release();
  }
}

async function writeIdentity(stateDir: string): Promise<Identity> {
  const paths = statePaths(stateDir);
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const origin = `sluice.local/${randomBytes(4).toString("hex")}`;
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  // The private key last, and whole: a crash before it leaves nothing that would be used.
  await writeWhole(paths.publicKey, publicKeyPem(publicKey), 0o644);
  await writeWhole(paths.verifierKey, `${formatVerifierKey(verifierKey(origin, publicKey))}\n`, 0o644);
  await writeWhole(paths.key, pem, 0o600);
  return { origin, signer: createSigner(privateKey) };
}

async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  try {
    await writeFile(`${path}.tmp`, text, { mode, flush: true });
    await rename(`${path}.tmp`, path);
  } catch (cause) {
    throw new AuditError("UNWRITABLE", `cannot write ${path} (${systemErrorCode(cause)})`, { cause });
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  return await readFile(path, "utf8").catch((cause: unknown) => {
    if (systemErrorCode(cause) === "ENOENT") return undefined;
    throw new AuditError("UNREADABLE", `${path} cannot be read (${systemErrorCode(cause)})`, { cause });
  });
}

/** Where the gates of a state directory stand, for looking only; nothing stands anywhere before the first run. */
export async function readLedger(stateDir: string): Promise<Ledger> {
  if ((await readIfThere(statePaths(stateDir).key)) === undefined) return new Ledger();
  await using books = await openBooks(stateDir);
  return books.ledger;
}
