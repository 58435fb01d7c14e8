import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cell } from "../cell/index.ts";
import type { Stages } from "../gate/index.ts";
import { createRegistry, directoryCache, memoryCache, readDockerConfig } from "../oci/index.ts";
import { PolicyEngine } from "../policy/index.ts";
import { statePaths } from "./books.ts";
import { defaultDockerConfig } from "./docker-config.ts";

/** The stages of the flow, built from what is on this machine; everything kept on disk is bytes by digest. */
export interface Workspace extends AsyncDisposable {
  readonly stages: Stages;
  readonly policies: PolicyEngine;
}

export interface WorkspaceOptions {
  /** Where caches are. */
  readonly stateDir: string;
  readonly cell: Cell;
  /** docker's `config.json`, for logins to registries. */
  readonly dockerConfig?: string;
}

export async function openWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const { stateDir, cell, dockerConfig = defaultDockerConfig() } = options;
  const cacheDir = join(stateDir, "cache");
  const credentials = await readDockerConfig(dockerConfig);
  const key = await readCacheKey(stateDir);
  const policies = new PolicyEngine({
    cell,
    ...(key !== undefined && { cache: { directory: join(cacheDir, "policies"), key } }),
  });
  const cache = memoryCache(directoryCache(join(cacheDir, "oci")));
  const registry = createRegistry({ credentials, cache });
  return {
    stages: { cell, policies, registry, gitDir: join(cacheDir, "git"), now: Date.now },
    policies,
    [Symbol.asyncDispose]: () => policies.close(),
  };
}

/** Compiled policies are kept only where there is a secret to authenticate them with: the audit key. */
async function readCacheKey(stateDir: string): Promise<Uint8Array | undefined> {
  const pem = await readFile(statePaths(stateDir).key).catch(() => undefined);
  return pem && createHmac("sha256", pem).update("sluice: compiled policies").digest();
}
