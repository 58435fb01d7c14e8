import { execFile } from "node:child_process";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A key as cosign holds it: the private half encrypted with an empty password. */
export interface CosignKey {
  readonly privateFile: string;
  readonly publicFile: string;
  readonly publicPem: string;
}

export interface CosignTools {
  readonly cosign: string;
  readonly cosign2: string;
}

/** The real cosign, versions 2 and 3, with no network: keys, no transparency log, no TUF. */
export class RealCosign {
  readonly folder: string;
  readonly #tools: CosignTools;

  static async open(tools: CosignTools): Promise<RealCosign> {
    const folder = await mkdtemp(join(tmpdir(), "sluice-cosign-"));
    const cosign = new RealCosign(folder, tools);
    // Services that a signature would be sent to: none.
    const config = "application/vnd.dev.sigstore.signingconfig.v0.2+json";
    await cosign.#write("signing.json", { mediaType: config, rekorTlogConfig: {}, tsaConfig: {} });
    await cosign.#write("root.json", {
      mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    });
    return cosign;
  }

  private constructor(folder: string, tools: CosignTools) {
    this.folder = folder;
    this.#tools = tools;
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }

  async generateKey(name: string): Promise<CosignKey> {
    const prefix = join(this.folder, name);
    await this.#run(this.#tools.cosign, ["generate-key-pair", "--output-key-prefix", prefix]);
    return await this.#key(prefix);
  }

  async importKey(name: string, key: KeyObject): Promise<CosignKey> {
    const prefix = join(this.folder, name);
    const pem = key.export({ type: "pkcs8", format: "pem" }).toString();
    await writeFile(`${prefix}.pem`, pem);
    await this.#run(this.#tools.cosign, [
      "import-key-pair",
      "--yes",
      `--key=${prefix}.pem`,
      `--output-key-prefix=${prefix}`,
    ]);
    return await this.#key(prefix);
  }

  /** As cosign 2: simple signing under the `.sig` tag. */
  async sign2(image: string, { privateFile }: CosignKey): Promise<void> {
    const offline = ["--tlog-upload=false", `--trusted-root=${this.folder}/root.json`];
    await this.#run(this.#tools.cosign2, ["sign", "--yes", ...offline, `--key=${privateFile}`, image]);
  }

  /** As cosign 3: a Sigstore bundle as a referrer. */
  async sign3(image: string, { privateFile }: CosignKey): Promise<void> {
    const offline = [
      `--signing-config=${this.folder}/signing.json`,
      `--trusted-root=${this.folder}/root.json`,
    ];
    await this.#run(this.#tools.cosign, ["sign", "--yes", ...offline, `--key=${privateFile}`, image]);
  }

  /** Whether `cosign verify` of version 3, which knows both layouts, accepts the image. */
  async accepts(image: string, publicFile: string): Promise<boolean> {
    const args = ["verify", "--insecure-ignore-tlog", `--key=${publicFile}`, image];
    return await this.#run(this.#tools.cosign, args).then(
      () => true,
      (error: { code?: unknown }) => {
        // Exit codes, not crashes and not a missing program.
        if (typeof error.code !== "number") throw error;
        return false;
      },
    );
  }

  async writeKey(name: string, pem: string): Promise<string> {
    const file = join(this.folder, name);
    await writeFile(file, pem);
    return file;
  }

  async #key(prefix: string): Promise<CosignKey> {
    const [privateFile, publicFile] = [`${prefix}.key`, `${prefix}.pub`];
    return { privateFile, publicFile, publicPem: await readFile(publicFile, "utf8") };
  }

  async #write(name: string, value: unknown): Promise<void> {
    await writeFile(join(this.folder, name), JSON.stringify(value));
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    const env = {
      PATH: process.env.PATH,
      HOME: this.folder,
      COSIGN_PASSWORD: "",
      // A mirror that refuses at once, so that nothing leaves this machine.
      TUF_MIRROR: "http://127.0.0.1:1",
    };
    await run(program, args, { env, cwd: this.folder, timeout: 60_000 });
  }
}

/** Keys as they may be imported into cosign, by name. */
export function makeImportableKeys(): readonly (readonly [string, KeyObject])[] {
  return [
    ["ecdsa-p384", generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey],
    ["ecdsa-p521", generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey],
    ["rsa-2048", generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey],
  ];
}
