import { setTimeout as sleep } from "node:timers/promises";
import { KubeError } from "./error.ts";
import { DISCOVERY_INTERVAL_MS } from "./limits.ts";
import { isRecord, parseApiVersion } from "./object.ts";
import { ask } from "./session.ts";
import { toKubeError } from "./status.ts";
import type { Transport } from "./transport.ts";

export interface ApiResource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

type Index = ReadonlyMap<string, ApiResource>;

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** What kinds an API server has. Known ones are remembered; an unknown one is worth a look, shared by all who ask. */
export class Discovery {
  readonly #transport: Transport;
  #known: Index | undefined;
  #next: Promise<Index> | undefined;
  #lastLook = Number.NEGATIVE_INFINITY;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async find(apiVersion: string, kind: string): Promise<ApiResource | undefined> {
    const { group, version } = parseApiVersion(apiVersion);
    const key = keyOf(group, version, kind);
    return this.#known?.get(key) ?? (await this.#look()).get(key);
  }

  forget(): void {
    this.#known = undefined;
  }

  /** A look that starts after this call, at the earliest a second after the last one: a kind may be just made. */
  #look(): Promise<Index> {
    this.#next ??= this.#lookSoon();
    return this.#next;
  }

  async #lookSoon(): Promise<Index> {
    await sleep(Math.max(0, this.#lastLook + DISCOVERY_INTERVAL_MS - performance.now()));
    this.#lastLook = performance.now();
    this.#next = undefined;
    const resources = await Promise.all(["/api", "/apis"].map((path) => this.#fetch(path)));
    this.#known = new Map(resources.flat().map((resource) => [keyOfResource(resource), resource]));
    return this.#known;
  }

  async #fetch(path: string): Promise<ApiResource[]> {
    const asked = `GET ${path}`;
    const call = { method: "GET", path, accept: AGGREGATED, asked, repeatable: true } as const;
    const { status, body } = await ask(this.#transport, call);
    if (status === 404) throw toKubeError({ status, body, asked });
    const groups = isRecord(body) && body.kind === "APIGroupDiscoveryList" ? asList(body.items) : undefined;
    if (groups === undefined) {
      throw new KubeError("PROTOCOL", `${asked}: the API server has no aggregated discovery`, {
        remedy: "Kubernetes 1.30 or later is needed",
      });
    }
    return groups.flatMap(readGroup);
  }
}

function readGroup(group: unknown): ApiResource[] {
  if (!isRecord(group) || !isRecord(group.metadata)) return [];
  const { name = "" } = group.metadata;
  if (typeof name !== "string") return [];
  return (asList(group.versions) ?? []).flatMap((version) => {
    if (!isRecord(version) || typeof version.version !== "string") return [];
    const of = { group: name, version: version.version };
    return (asList(version.resources) ?? []).flatMap((resource) => readResource(resource, of));
  });
}

function readResource(resource: unknown, of: { group: string; version: string }): ApiResource[] {
  if (!isRecord(resource) || !isRecord(resource.responseKind)) return [];
  const { resource: plural, scope, responseKind } = resource;
  if (typeof plural !== "string" || typeof responseKind.kind !== "string") return [];
  const verbs = (asList(resource.verbs) ?? []).filter((verb) => typeof verb === "string");
  return [{ ...of, kind: responseKind.kind, plural, namespaced: scope === "Namespaced", verbs }];
}

function asList(value: unknown): unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function keyOf(group: string, version: string, kind: string): string {
  return `${group}/${version}/${kind}`;
}

function keyOfResource({ group, version, kind }: ApiResource): string {
  return keyOf(group, version, kind);
}
