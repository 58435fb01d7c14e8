import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../support/free-port.ts";
import { type GuardedProcess, startGuarded } from "../../../support/guarded-process.ts";
import { pem } from "../../x509/builder/certificate.ts";
import { type SigstoreKeys, trustedRoot } from "../trusted-root.ts";
import { AUDIENCE } from "./identity-provider.ts";

export const SERVER_TOOLS = ["logstorage", "ct_server", "fulcio", "rekor-server"] as const;

/** Paths of the programs. */
export type Programs = Readonly<Record<(typeof SERVER_TOOLS)[number], string>>;

/** The path that a log of ct_server has below its server. */
const CERTIFICATE_LOG = "bank";

/**
 * Fulcio, Rekor, a certificate log, and the Trillian below both: as their projects build them, on
 * loopback. Fulcio and Rekor give metrics on every interface, and have no option against it.
 */
export class SigstoreServers implements AsyncDisposable {
  readonly #programs: Programs;
  readonly #keys: SigstoreKeys;
  readonly #processes: GuardedProcess[] = [];
  #folder = "";
  /** URLs. */
  fulcio = "";
  rekor = "";

  constructor(programs: Programs, keys: SigstoreKeys) {
    this.#programs = programs;
    this.#keys = keys;
  }

  /** Whom one of the issuers vouches for is certified, by their address. */
  async start(issuers: readonly string[]): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), "sluice-sigstore-"));
    const [trillian, redis] = [await freePort(), await freePort()];
    const [first = "", second = ""] = await this.#startStorage(trillian, redis);
    [this.fulcio, this.rekor] = await Promise.all([
      this.#startCertificateLog(trillian, first).then((url) => this.#startFulcio(url, issuers)),
      this.#startRekor(trillian, redis, second),
    ]);
  }

  get rootJson(): string {
    return trustedRoot(this.#keys);
  }

  /** The identifiers of two logs. */
  async #startStorage(trillian: number, redis: number): Promise<readonly string[]> {
    let logs: readonly string[] = [];
    const endpoints = ["-rpc_endpoint", `127.0.0.1:${trillian}`, "-redis_endpoint", `127.0.0.1:${redis}`];
    await this.#run("logstorage", [...endpoints, "-trees", "2"], async (output) => {
      logs = (await readFile(output, "utf8")).match(/^\d+(?=\n)/gm) ?? [];
      return logs.length === 2;
    });
    return logs;
  }

  async #startCertificateLog(trillian: number, log: string): Promise<string> {
    const url = await freeUrl();
    const key = this.#keys.certificateLog.privateKey.export({ type: "pkcs8", format: "der" });
    const der = key.toString("hex").replace(/../g, "\\x$&");
    const roots = await this.#write("fulcio.crt", pem(this.#keys.certificate));
    const config = await this.#write(
      "ct.cfg",
      `config {
        log_id: ${log} prefix: "${CERTIFICATE_LOG}" roots_pem_file: "${roots}" max_merge_delay_sec: 86400
        private_key { [type.googleapis.com/keyspb.PrivateKey] { der: "${der}" } }
      }`,
    );
    const endpoints = ["--http_endpoint", url.host, "--log_rpc_server", `127.0.0.1:${trillian}`];
    const logUrl = `${url.origin}/${CERTIFICATE_LOG}`;
    await this.#run("ct_server", [...endpoints, "--log_config", config], () =>
      answers(`${logUrl}/ct/v1/get-roots`),
    );
    return logUrl;
  }

  async #startFulcio(certificateLog: string, issuers: readonly string[]): Promise<string> {
    const url = await freeUrl();
    const config = await this.#write(
      "fulcio.json",
      JSON.stringify({
        OIDCIssuers: Object.fromEntries(
          issuers.map((each) => [each, { IssuerURL: each, ClientID: AUDIENCE, Type: "email" }]),
        ),
      }),
    );
    const key = this.#keys.authority.privateKey.export({ type: "pkcs8", format: "pem" });
    await this.#run(
      "fulcio",
      [
        ...["serve", "--config-path", config, "--ct-log-url", certificateLog],
        ...["--ca", "fileca", "--fileca-watch=false", "--fileca-key-passwd", "none"],
        ...["--fileca-cert", join(this.#folder, "fulcio.crt")],
        ...["--fileca-key", await this.#write("fulcio.key", key)],
        ...["--host", url.hostname, "--port", url.port, "--metrics-port", "0"],
        ...["--grpc-host", url.hostname, "--grpc-port", `${await freePort()}`],
        ...["--legacy-unix-domain-socket", join(this.#folder, "fulcio.sock")],
      ],
      () => answers(`${url.origin}/api/v2/trustBundle`),
    );
    return url.origin;
  }

  async #startRekor(trillian: number, redis: number, log: string): Promise<string> {
    const url = await freeUrl();
    const key = this.#keys.log.privateKey.export({ type: "pkcs8", format: "pem" });
    await this.#run(
      "rekor-server",
      [
        ...["serve", "--rekor_server.address", url.hostname, "--port", url.port],
        ...["--rekor_server.hostname", "rekor.bank.example"],
        ...["--rekor_server.signer", await this.#write("rekor.key", key)],
        ...["--trillian_log_server.port", `${trillian}`, "--trillian_log_server.tlog_id", log],
        ...["--redis_server.port", `${redis}`],
      ],
      () => answers(`${url.origin}/api/v1/log/publicKey`),
    );
    return url.origin;
  }

  async #run(
    program: keyof Programs,
    args: readonly string[],
    isReady: (output: string) => Promise<boolean>,
  ): Promise<void> {
    const output = join(this.#folder, `${program}.log`);
    const running = await startGuarded([this.#programs[program], ...args], output);
    this.#processes.push(running);
    await running.waitUntil(() => isReady(output));
  }

  async #write(name: string, content: string | Buffer): Promise<string> {
    const path = join(this.#folder, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((each) => each.kill()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function freeUrl(): Promise<URL> {
  return new URL(`http://127.0.0.1:${await freePort()}`);
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url).catch(() => undefined);
  return response?.ok === true;
}
