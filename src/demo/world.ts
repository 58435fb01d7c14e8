import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateSigningKey, signBundle, signSimple } from "./cosign-signer.ts";
import { type GitServer, startGitServer } from "./git-server.ts";
import { pushImage } from "./image.ts";
import { createPerson, type Person } from "./people.ts";
import { type DemoRegistry, startRegistry } from "./registry.ts";
import { DemoRepository } from "./repository.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const POLICIES = join(import.meta.dirname, "../../policies/baseline");

/** A small bank on loopback: a git server, a registry, three people, and the files of one gate. */
export interface World extends AsyncDisposable {
  readonly folder: string;
  /** With the resource files, for `-f`. */
  readonly gateFolder: string;
  readonly repository: DemoRepository;
  /** `127.0.0.1:port` */
  readonly registry: string;
  /** Trusted. */
  readonly alice: Person;
  /** Trusted until yesterday. */
  readonly carol: Person;
  /** A stranger to the policy. */
  readonly mallory: Person;
}

/** Builds the world anew in `folder`, which is emptied first. */
export async function buildWorld(folder: string): Promise<World> {
  await rm(folder, { recursive: true, force: true });
  const gateFolder = join(folder, "gate");
  await mkdir(gateFolder, { recursive: true });
  const repository = await DemoRepository.create(join(folder, "git/config.git"));
  const git = await startGitServer(join(folder, "git"));
  const registry = await startRegistry();
  const [alice, carol, mallory] = [createPerson("alice"), createPerson("carol"), createPerson("mallory")];
  await writeFile(join(gateFolder, "cosign.pub"), await pushImages(registry.host));
  await writeFile(join(gateFolder, "gate.yaml"), gateYaml(git));
  await writeFile(join(gateFolder, "trust.yaml"), trustYaml(registry, alice, carol));
  await writeFile(join(gateFolder, "policies.yaml"), policiesYaml(registry));
  return {
    folder,
    gateFolder,
    repository,
    registry: registry.host,
    alice,
    carol,
    mallory,
    async [Symbol.asyncDispose]() {
      await Promise.all([git.close(), registry.close()]);
    },
  };
}

/** Two images signed in the two ways that cosign signs, and one that nobody signed. Gives the public key. */
async function pushImages(host: string): Promise<string> {
  const key = generateSigningKey();
  const api = { host, path: "payments/api" };
  await signBundle(api, await pushImage(api, "1.4.2", "api 1.4.2"), key);
  const worker = { host, path: "payments/worker" };
  await signSimple(worker, await pushImage(worker, "1.4.2", "worker 1.4.2"), key);
  await pushImage(api, "1.5.0-rc1", "built on somebody's laptop");
  return key.publicKeyPem;
}

function gateYaml(git: GitServer): string {
  return `apiVersion: sluice.dev/v1
kind: Gate
metadata: {name: payments, namespace: payments}
spec:
  interval: 30s
  source: {git: {url: "${git.url}/config.git", ref: {branch: main}}}
  path: ./prod
  trust: payments-trust
  policies: [baseline]
  target: {directory: {path: ./out}}
`;
}

function trustYaml(registry: DemoRegistry, alice: Person, carol: Person): string {
  const yesterday = new Date(Date.now() - DAY_MS).toISOString();
  return `apiVersion: sluice.dev/v1
kind: TrustPolicy
metadata: {name: payments-trust, namespace: payments}
spec:
  signers:
    - name: alice
      roles: [developer]
      keys: [{ssh: "${alice.publicKey}"}]
    - name: carol
      roles: [developer]
      keys: [{ssh: "${carol.publicKey}", validBefore: "${yesterday}"}]
  history: {start: root, fastForwardOnly: true}
  commits:
    - {paths: ["**"], signedBy: {role: developer}}
  artifacts:
    - match: ["${registry.host}/payments/**"]
      signedBy: {any: [{cosign: {key: cosign.pub}}]}
`;
}

function policiesYaml(registry: DemoRegistry): string {
  return `apiVersion: sluice.dev/v1
kind: PolicyBundle
metadata: {name: baseline}
spec:
  rego: {path: ${JSON.stringify(POLICIES)}}
  parameters: {registries: ["${registry.host}"]}
`;
}
