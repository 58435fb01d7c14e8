import { API_VERSION } from "../../api/index.ts";
import { type KubeClient, type KubeError, type KubeObject, Reflector } from "../../kube/index.ts";
import { WATCHED_KINDS, type WatchEvent, type WatchedKind } from "./watched.ts";

export interface WatchesOptions {
  readonly client: KubeClient;
  /** All namespaces where undefined. */
  readonly namespaces: readonly string[] | undefined;
  readonly onEvent: (event: WatchEvent) => void;
  readonly onError: (kind: WatchedKind, error: KubeError) => void;
}

/** The objects of a controller as the API server last told them. */
export class Watches implements AsyncDisposable {
  readonly #reflectors: Readonly<Record<WatchedKind, readonly Reflector[]>>;

  constructor(options: WatchesOptions) {
    const inNamespaces = options.namespaces ?? [undefined];
    this.#reflectors = {
      Gate: inNamespaces.map((namespace) => reflect("Gate", namespace, options)),
      TrustPolicy: inNamespaces.map((namespace) => reflect("TrustPolicy", namespace, options)),
      PolicyBundle: [reflect("PolicyBundle", undefined, options)],
    };
  }

  start(): void {
    for (const reflector of this.#all) reflector.start();
  }

  /** Resolves when every kind was listed once: before, something that is not here may be there. */
  async synced(): Promise<void> {
    await Promise.all(this.#all.map(({ synced }) => synced));
  }

  get isSynced(): boolean {
    return this.#all.every(({ isSynced }) => isSynced);
  }

  get(kind: WatchedKind, key: string): KubeObject | undefined {
    return this.#reflectors[kind].map((reflector) => reflector.get(key)).find((found) => found !== undefined);
  }

  list(kind: WatchedKind): KubeObject[] {
    return this.#reflectors[kind].flatMap((reflector) => reflector.list());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((reflector) => reflector[Symbol.asyncDispose]()));
  }

  get #all(): Reflector[] {
    return WATCHED_KINDS.flatMap((kind) => this.#reflectors[kind]);
  }
}

function reflect(kind: WatchedKind, namespace: string | undefined, options: WatchesOptions): Reflector {
  const { client, onEvent, onError } = options;
  const type = { apiVersion: API_VERSION, kind };
  return new Reflector(client, type, {
    keep: withoutBulk,
    ...(namespace !== undefined && { namespace }),
    onEvent,
    onError: (error) => onError(kind, error),
  });
}

/** Of thousands of gates, what nobody looks at here would take more memory than all the rest. An inventory is read by who writes it. */
function withoutBulk(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  if (object.status === undefined) return { ...object, metadata };
  const { inventory: __, ...status }: Record<string, unknown> = Object(object.status);
  return { ...object, metadata, status };
}
