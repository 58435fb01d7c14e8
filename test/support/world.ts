import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadResources } from "../../src/api/index.ts";
import { generateSigningKey, type SigningKey, signSimple } from "../../src/demo/cosign-signer.ts";
import { type GitServer, type GitServerOptions, startGitServer } from "../../src/demo/git-server.ts";
import { pushImage } from "../../src/demo/image.ts";
import { createPerson, type Person } from "../../src/demo/people.ts";
import { type DemoRegistry, type DemoRegistryOptions, startRegistry } from "../../src/demo/registry.ts";
import { type Committer, DemoRepository, type Tree } from "../../src/demo/repository.ts";
import { type GateConfig, selectGates } from "../../src/gate/index.ts";
import { deployment } from "./manifests.ts";
import { NO_MORE_THAN_FIVE } from "./policies.ts";

/** Compiled policies outlive a test run: they are bytes by their digest. */
export const SHARED_CACHE = join(tmpdir(), "sluice-test-cache");

export interface WorldOptions {
  readonly git?: GitServerOptions;
  readonly registry?: DemoRegistryOptions;
}

/** Fields of the resources' specs that a test wants otherwise; the rest is as in {@link World.configure}. */
export interface Configuration {
  readonly gate?: object;
  readonly trust?: object;
  /** Rego files of the one bundle, by name. */
  readonly policies?: Readonly<Record<string, string>>;
  readonly parameters?: object;
  /** Further resources, such as Secrets. */
  readonly others?: readonly object[];
}

export interface Push {
  readonly by?: Committer;
  readonly tree?: Tree;
  /** The commit below; the last one that was pushed unless told, none for `null`. */
  readonly parent?: string | null;
  /** The other parents of a merge. */
  readonly merged?: readonly string[];
  readonly message?: string;
}

/**
 * Everything that one gate stands between, for one test: a real git server with a repository, a registry with
 * a signed image, people with keys, and the resource files of a gate that lets Alice's changes through.
 */
export class World implements AsyncDisposable {
  readonly alice = createPerson("alice");
  readonly mallory = createPerson("mallory");
  readonly folder: string;
  readonly repository: DemoRepository;
  readonly git: GitServer;
  readonly registry: DemoRegistry;
  readonly imageKey: SigningKey = generateSigningKey();
  /** The last commit that was made. */
  head: string | undefined;
  /** The messages of all commits, by their oids. */
  readonly messages = new Map<string, string>();

  private constructor(parts: Pick<World, "folder" | "repository" | "git" | "registry">) {
    this.folder = parts.folder;
    this.repository = parts.repository;
    this.git = parts.git;
    this.registry = parts.registry;
  }

  static async open(options: WorldOptions = {}): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), "sluice-world-"));
    const repository = await DemoRepository.create(join(folder, "git/config.git"));
    const git = await startGitServer(join(folder, "git"), options.git);
    const world = new World({ folder, repository, git, registry: await startRegistry(options.registry) });
    await world.pushImage("1.0.0");
    await world.configure();
    return world;
  }

  /** With the resource files, for `-f`. */
  get gateFolder(): string {
    return join(this.folder, "gate");
  }

  /** The directory target. */
  get out(): string {
    return join(this.folder, "out");
  }

  /** For `--state`. */
  get state(): string {
    return join(this.folder, "state");
  }

  get url(): string {
    return `${this.git.url}/config.git`;
  }

  /** `host/payments/api` */
  get image(): string {
    return `${this.registry.host}/payments/api`;
  }

  /** Writes the gate's resource files anew. */
  async configure({
    gate,
    trust,
    policies,
    parameters = {},
    others = [],
  }: Configuration = {}): Promise<void> {
    await rm(this.gateFolder, { recursive: true, force: true });
    const resources = [
      resource("Gate", "payments", {
        interval: "100ms",
        source: { git: { url: this.url, ref: { branch: "main" } } },
        path: "prod",
        trust: "trust",
        policies: ["limits"],
        target: { directory: { path: "../out" } },
        ...gate,
      }),
      resource("TrustPolicy", "trust", {
        signers: [signer(this.alice)],
        history: { start: "root" },
        commits: [{ paths: ["**"], signedBy: { role: "developer" } }],
        artifacts: [
          {
            match: [`${this.registry.host}/**`],
            signedBy: { any: [{ cosign: { pem: this.imageKey.publicKeyPem } }] },
          },
        ],
        ...trust,
      }),
      {
        apiVersion: "sluice.dev/v1",
        kind: "PolicyBundle",
        metadata: { name: "limits" },
        spec: { rego: { path: "policies" }, parameters },
      },
      ...others,
    ];
    const files = Object.entries(policies ?? { "limits.rego": NO_MORE_THAN_FIVE });
    await mkdir(join(this.gateFolder, "policies"), { recursive: true });
    for (const [name, text] of files) await writeFile(join(this.gateFolder, "policies", name), text);
    for (const [index, each] of resources.entries())
      await writeFile(join(this.gateFolder, `${index}.json`), JSON.stringify(each));
  }

  /** The gate as its resource files have it now. */
  async loadGate(): Promise<GateConfig> {
    const [config] = selectGates(await loadResources([this.gateFolder]), []);
    if (config === undefined) throw new TypeError("a world has one gate");
    return config;
  }

  /** Pushes an image under a tag, signed by the build's key unless told. */
  async pushImage(tag: string, signed = true): Promise<string> {
    const target = { host: this.registry.host, path: "payments/api" };
    const digest = await pushImage(target, tag, `api ${tag}`);
    if (signed) await signSimple(target, digest, this.imageKey);
    return `${this.image}:${tag}`;
  }

  /** The tree of an application that every stage lets through, with so many replicas. */
  tree(replicas = 1, more: Readonly<Record<string, string>> = {}): Tree {
    const app = deployment({ image: `${this.image}:1.0.0`, replicas });
    return new Map(Object.entries({ "prod/app.yaml": app, ...more }));
  }

  /** Commits to the repository, and leaves the branch where it is. */
  async commit({
    by = this.alice,
    tree = this.tree(),
    parent = this.head ?? null,
    merged = [],
    message = "Change",
  }: Push = {}) {
    const oid = await this.repository.commit(by, message, tree, parent ?? undefined, ...merged);
    this.head = oid;
    this.messages.set(oid, message);
    return oid;
  }

  /** Commits, and moves the branch there, whatever it held before. */
  async push(push: Push = {}): Promise<string> {
    const oid = await this.commit(push);
    await this.repository.push(oid);
    return oid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.git.close(), this.registry.close().catch(() => undefined)]);
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A signer for a TrustPolicy. */
export function signer(
  { name, publicKey }: Person,
  key: object = {},
  roles: readonly string[] = ["developer"],
) {
  return { name, roles, keys: [{ ssh: publicKey, ...key }] };
}

function resource(kind: string, name: string, spec: object): object {
  return { apiVersion: "sluice.dev/v1", kind, metadata: { name, namespace: "payments" }, spec };
}
