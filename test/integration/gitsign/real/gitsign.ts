import { createHash, createPublicKey } from "node:crypto";
import { z } from "zod";
import type { Finished } from "../../../support/cli.ts";
import type { Sandbox } from "../../commits/sandbox.ts";
import { pem } from "../../x509/builder/certificate.ts";
import { type Loopback, serveLoopback } from "./loopback.ts";
import { type TufRepository, tufRepository } from "./tuf.ts";

/** A private Sigstore, as those who sign with gitsign know it. */
export interface Signing {
  /** URLs. */
  readonly fulcio: string;
  readonly rekor: string;
  readonly rootJson: string;
  readonly token: string;
  /** Whether the log's answer goes into the signature, or is to be asked for. */
  readonly rekorMode: "offline" | "online";
}

/** What a verifier expects. */
export interface Expecting {
  readonly identity: string;
  readonly issuer: string;
  readonly rootJson: string;
  /** Asked where no entry comes with a signature; a server that has none where left out. */
  readonly rekor?: string | undefined;
}

/** The real gitsign in a sandbox: git signs with it, and it verifies by a `trusted_root.json` as Sluice does. */
export class Gitsign implements AsyncDisposable {
  readonly #sandbox: Sandbox;
  readonly #program: string;
  /** By the first part of their paths. */
  readonly #repositories = new Map<string, TufRepository>();
  #mirror: Loopback | undefined;

  constructor(sandbox: Sandbox, program: string) {
    this.#sandbox = sandbox;
    this.#program = program;
  }

  async start(): Promise<void> {
    this.#mirror = await serveLoopback((path) => {
      const [, repository = "", ...rest] = path.split("/");
      return this.#repositories.get(repository)?.[rest.join("/")];
    });
  }

  /** Has git sign with it. */
  async git(
    { fulcio, rekor, rootJson, token, rekorMode }: Signing,
    ...args: readonly string[]
  ): Promise<void> {
    const { code, stderr } = await this.#git(args, {
      ...this.#trust(rootJson),
      GITSIGN_FULCIO_URL: fulcio,
      GITSIGN_REKOR_URL: rekor,
      GITSIGN_REKOR_MODE: rekorMode,
      GITSIGN_TOKEN_PROVIDER: "envvar",
      SIGSTORE_ID_TOKEN: token,
    });
    if (code !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  }

  /** Whether it accepts a commit or a tag. */
  async accepts(
    command: "verify" | "verify-tag",
    revision: string,
    { identity, issuer, rootJson, rekor }: Expecting,
  ): Promise<boolean> {
    const who = ["--certificate-identity", identity, "--certificate-oidc-issuer", issuer];
    const env = this.#trust(rootJson, rekor);
    const finished = await this.#sandbox.runBeside(this.#program, [command, ...who, revision], env);
    return isYes(finished);
  }

  /** Whether git accepts a commit with its help: anybody's whom the Sigstore certifies. */
  async gitAccepts(revision: string, { rootJson, rekor }: Expecting): Promise<boolean> {
    return isYes(await this.#git(["verify-commit", revision], this.#trust(rootJson, rekor)));
  }

  #git(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Finished> {
    const config = ["-c", "gpg.format=x509", "-c", `gpg.x509.program=${this.#program}`];
    return this.#sandbox.runBeside("git", [...config, ...args], env);
  }

  /** It takes the log's key from TUF's `trusted_root.json`; the other keys, and that one again, from files. */
  #trust(rootJson: string, rekor?: string): NodeJS.ProcessEnv {
    if (this.#mirror === undefined) throw new TypeError("the mirror is not started");
    const name = createHash("sha256").update(rootJson).digest("hex");
    const repository = this.#repositories.get(name) ?? tufRepository(rootJson);
    this.#repositories.set(name, repository);
    const { certificates, logs, certificateLogs } = rootSchema.parse(JSON.parse(rootJson));
    const write = (what: string, content: string) => this.#sandbox.write(`${name}-${what}`, content);
    return {
      TUF_MIRROR: `${this.#mirror.url}/${name}`,
      TUF_ROOT: this.#sandbox.path("tuf"),
      TUF_ROOT_JSON: write("root.json", repository["root.json"] ?? ""),
      SIGSTORE_ROOT_FILE: write("fulcio.pem", certificates.map((each) => pem(each)).join("")),
      SIGSTORE_REKOR_PUBLIC_KEY: write("rekor.pem", logs.at(-1) ?? ""),
      SIGSTORE_CT_LOG_PUBLIC_KEY_FILE: write("ct.pem", certificateLogs.at(-1) ?? ""),
      GITSIGN_REKOR_URL: rekor ?? this.#mirror.url,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#mirror?.[Symbol.asyncDispose]();
  }
}

/** What it says when it could not judge: keys that it did not get, a server that is not there. */
const FAULT = /dial tcp|TUF client|error (getting|reading|loading|parsing)|no such file/;

/** It ends with an error where it does not accept, and where it did not get as far. */
function isYes({ code, stdout, stderr }: Finished): boolean {
  const said = stdout + stderr;
  const hasJudged = code === 0 ? said.includes("Good signature from") : code !== null && !FAULT.test(said);
  if (!hasJudged) throw new Error(`gitsign did not judge: ${said}`);
  return code === 0;
}

const bytes = z.base64().transform((text) => Buffer.from(text, "base64"));
const logs = z.array(
  z
    .object({ publicKey: z.object({ rawBytes: bytes }) })
    .transform(({ publicKey: { rawBytes } }) =>
      createPublicKey({ key: rawBytes, format: "der", type: "spki" })
        .export({ format: "pem", type: "spki" })
        .toString(),
    ),
);

/** The parts of a `trusted_root.json` that gitsign wants in files: it knows one key of each kind, the newest here. */
const rootSchema = z
  .object({
    certificateAuthorities: z.array(
      z.object({ certChain: z.object({ certificates: z.array(z.object({ rawBytes: bytes })) }) }),
    ),
    tlogs: logs,
    ctlogs: logs,
  })
  .transform(({ certificateAuthorities, tlogs, ctlogs }) => ({
    certificates: certificateAuthorities.flatMap((each) =>
      each.certChain.certificates.map(({ rawBytes }) => rawBytes),
    ),
    logs: tlogs,
    certificateLogs: ctlogs,
  }));
