import { generateKeyPairSync, randomInt } from "node:crypto";
import type { Command } from "commander";
import { AuditError, keyId, publicKeyPem } from "../audit/index.ts";
import { toSshKeyLine } from "../signatures/index.ts";
import { action } from "./action.ts";
import { createAuditKey, localOrigin, privatePem } from "./audit-key.ts";
import { ExitCode, type Io, printable } from "./io.ts";
import { type KeyFile, OWNER_ONLY, READABLE, writeKeyFiles } from "./key-file.ts";
import { toSshPrivateFile } from "./openssh-key.ts";

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
  const { publicKey, paths } = await createAuditKey(out, name);
  return report(io, { kind: "audit", name, key: keyId(publicKey) }, paths);
}

async function generateSshKey(
  io: Io,
  { out, comment }: { readonly out: string; readonly comment: string },
): Promise<ExitCode> {
  if (/[\0\r\n]/.test(comment)) throw new AuditError("MALFORMED_KEY", "a comment is one line");
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const files = [
    { path: `${out}.pub`, content: `${toSshKeyLine(publicKey, comment)}\n`, mode: READABLE },
    { path: out, content: toSshPrivateFile(privateKey, comment, randomInt(2 ** 32)), mode: OWNER_ONLY },
  ];
  await writeKeyFiles(files);
  return report(io, { kind: "ssh", key: keyId(publicKey) }, pathsOf(files));
}

async function generateCosignKey(io: Io, { out }: { readonly out: string }): Promise<ExitCode> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const notice = `${out}.key is UNENCRYPTED: for demos and tests. \`cosign generate-key-pair\` asks for a password.`;
  const files = [
    { path: `${out}.pub`, content: publicKeyPem(publicKey), mode: READABLE },
    { path: `${out}.key`, content: privatePem(privateKey), mode: OWNER_ONLY },
  ];
  await writeKeyFiles(files);
  return report(io, { kind: "cosign", notice }, pathsOf(files));
}

interface Description {
  readonly kind: string;
  readonly name?: string;
  readonly key?: string;
  readonly notice?: string;
}

function report(io: Io, description: Description, paths: readonly string[]): ExitCode {
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

function pathsOf(files: readonly KeyFile[]): readonly string[] {
  return files.map(({ path }) => path);
}
