import { generateKeyPairSync, type KeyObject, randomBytes, randomInt } from "node:crypto";
import { access, mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Command } from "commander";
import { AuditError, formatVerifierKey, keyId, publicKeyPem, verifierKey } from "../audit/index.ts";
import { systemErrorCode } from "../fault.ts";
import { action } from "./action.ts";
import { ExitCode, type Io, printable } from "./io.ts";
import { toSshPrivateFile, toSshPublicLine } from "./openssh-key.ts";

const OWNER_ONLY = 0o600;
const READABLE = 0o644;

interface KeyFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

export function registerKeygen(program: Command): void {
  const keygen = program.command("keygen").description("Make keys; no file is ever overwritten");
  keygen
    .command("audit")
    .description("The key of an audit log: <prefix>.key, <prefix>.pub and <prefix>.vkey")
    .requiredOption("--out <prefix>", "where to write them; the state of `sluice run` expects <dir>/audit")
    .option("--name <origin>", "the log's name, a URL without scheme such as bank.example/audit/prod")
    .action(action(generateAuditKey));
  keygen
    .command("ssh")
    .description("A demo key for signing commits, without a passphrase: <file> and <file>.pub")
    .requiredOption("--out <file>", "where to write it")
    .option("--comment <text>", "whose key it is", "demo")
    .action(action(generateSshKey));
  keygen
    .command("cosign")
    .description("A demo key for signing images, UNENCRYPTED: <prefix>.key and <prefix>.pub")
    .requiredOption("--out <prefix>", "where to write it")
    .action(action(generateCosignKey));
}

async function generateAuditKey(
  io: Io,
  { out, name = localOrigin() }: { readonly out: string; readonly name?: string },
): Promise<ExitCode> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const vkey = formatVerifierKey(verifierKey(name, publicKey));
  return writeKeys(io, { kind: "audit", name, key: keyId(publicKey) }, [
    { path: `${out}.vkey`, content: `${vkey}\n`, mode: READABLE },
    { path: `${out}.pub`, content: publicKeyPem(publicKey), mode: READABLE },
    { path: `${out}.key`, content: privatePem(privateKey), mode: OWNER_ONLY },
  ]);
}

async function generateSshKey(
  io: Io,
  { out, comment }: { readonly out: string; readonly comment: string },
): Promise<ExitCode> {
  if (/[\0\r\n]/.test(comment)) throw new AuditError("MALFORMED_KEY", "a comment is one line");
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return writeKeys(io, { kind: "ssh", key: keyId(publicKey) }, [
    { path: `${out}.pub`, content: toSshPublicLine(publicKey, comment), mode: READABLE },
    { path: out, content: toSshPrivateFile(privateKey, comment, randomInt(2 ** 32)), mode: OWNER_ONLY },
  ]);
}

async function generateCosignKey(io: Io, { out }: { readonly out: string }): Promise<ExitCode> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const notice = `${out}.key is UNENCRYPTED: for demos and tests. \`cosign generate-key-pair\` asks for a password.`;
  return writeKeys(io, { kind: "cosign", notice }, [
    { path: `${out}.pub`, content: publicKeyPem(publicKey), mode: READABLE },
    { path: `${out}.key`, content: privatePem(privateKey), mode: OWNER_ONLY },
  ]);
}

interface Description {
  readonly kind: string;
  readonly name?: string;
  readonly key?: string;
  readonly notice?: string;
}

async function writeKeys(io: Io, description: Description, files: readonly KeyFile[]): Promise<ExitCode> {
  for (const { path } of files) await refuseExisting(path);
  // The private key last: what fails before it leaves nothing that would be used.
  for (const { path, content, mode } of files) await writeKey(path, content, mode);
  const paths = files.map(({ path }) => path);
  if (io.format === "json") {
    io.json({ ...description, files: paths });
    return ExitCode.passed;
  }
  for (const path of paths) io.line(printable(path));
  if (description.name !== undefined) io.line(`the log's name is ${printable(description.name)}`);
  if (description.key !== undefined) io.line(`the key's fingerprint is ${description.key}`);
  if (description.notice !== undefined) io.line(io.colors.yellow(printable(description.notice)));
  return ExitCode.passed;
}

async function refuseExisting(path: string): Promise<void> {
  try {
    await access(path);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return;
    throw unwritable(path, error);
  }
  throw exists(path);
}

async function writeKey(path: string, content: string, mode: number): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { mode, flag: "wx", flush: true });
  } catch (error) {
    throw systemErrorCode(error) === "EEXIST" ? exists(path) : unwritable(path, error);
  }
}

function exists(path: string): AuditError {
  return new AuditError("EXISTS", `${path} exists already`, {
    remedy: "keys are never overwritten: name another file, or move this one away",
  });
}

function unwritable(path: string, cause: unknown): AuditError {
  return new AuditError("UNWRITABLE", `cannot write ${path} (${systemErrorCode(cause)})`, { cause });
}

function privatePem(privateKey: KeyObject): string {
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** A name for a log that nobody named: unlike any other, so that two logs are never taken for one. */
function localOrigin(): string {
  return `sluice.local/${randomBytes(4).toString("hex")}`;
}
