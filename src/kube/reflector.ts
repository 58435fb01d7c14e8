import { setTimeout } from "node:timers/promises";
import type { KubeClient } from "./client.ts";
import { KubeError, type KubeErrorCode } from "./error.ts";
import { MAX_WATCHED_BYTES } from "./limits.ts";
import type { KubeObject, ObjectType } from "./object.ts";
import { Replica, type ReplicaEvent } from "./replica.ts";
import type { WatchEvent } from "./watch.ts";

export interface ReflectorOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly metadataOnly?: boolean;
  /** What the copy keeps of each object; its identity and version must be. What is told of is what is kept. */
  readonly keep?: ((object: KubeObject) => KubeObject) | undefined;
  /** In the order of the API server; nothing is told twice. Where it throws, that is a fault like others. */
  onEvent(event: ReplicaEvent): void;
  /** Told of each fault; the reflector goes on by itself, also where this throws. */
  onError?(error: KubeError): void;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** What only an administrator can mend. */
const SLOW_PAUSE_MS = 60_000;
const SLOW: ReadonlySet<KubeErrorCode> = new Set(["FORBIDDEN", "NOT_FOUND", "NO_SUCH_KIND"]);
/** After which a watch from the same place would end the same way, or the copy may be wrong. */
const FROM_ANEW: ReadonlySet<KubeErrorCode> = new Set(["GONE", "PROTOCOL", "TOO_LARGE"]);
/** The share of a pause that is random, so that many watches do not come back at once. */
const JITTER = 0.5;

/** The API server ends a watch after four to five minutes, at a time of its own for each. */
const WATCH_SECONDS = 240;
const WATCH_SPREAD_SECONDS = 60;
/** Bookmarks come about every minute; a connection that lost the other end is silent. */
const SILENCE_MS = 150_000;

/**
 * Keeps a copy of all objects of a type up to date for ever: lists them, then watches from there. A lost watch goes on
 * where it was; where the API server has forgotten that place, all is listed anew and the differences are told.
 */
export class Reflector implements AsyncDisposable {
  readonly synced: Promise<void>;
  readonly #client: KubeClient;
  readonly #type: ObjectType;
  readonly #options: ReflectorOptions;
  readonly #replica: Replica;
  readonly #stop = new AbortController();
  #resolveSynced: () => void = () => undefined;
  #isSynced = false;
  #running: Promise<void> | undefined;
  /** From where a watch can go on; undefined before the first list, and after the place was forgotten. */
  #resourceVersion: string | undefined;
  /** What watches have said since the last list. */
  #watchedBytes = 0;
  #failures = 0;

  constructor(client: KubeClient, type: ObjectType, options: ReflectorOptions) {
    this.#client = client;
    this.#type = type;
    this.#options = options;
    this.#replica = new Replica((event) => options.onEvent(event));
    this.synced = new Promise((resolve) => {
      this.#resolveSynced = resolve;
    });
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Whether the copy has once been whole. */
  get isSynced(): boolean {
    return this.#isSynced;
  }

  list(): KubeObject[] {
    return this.#replica.list();
  }

  /** By `namespace/name`, or `name` where there is no namespace. */
  get(key: string): KubeObject | undefined {
    return this.#replica.get(key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        if (this.#resourceVersion === undefined) await this.#relist();
        await this.#watch();
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(toKubeError(error));
      }
    }
  }

  async #relist(): Promise<void> {
    const { items, resourceVersion } = await this.#client.list(this.#type, {
      ...this.#selection(),
      keep: this.#options.keep,
      signal: this.#stop.signal,
    });
    this.#replica.replace(items);
    this.#resourceVersion = resourceVersion;
    this.#watchedBytes = 0;
    this.#isSynced = true;
    this.#resolveSynced();
  }

  /** Returns when the API server ends the watch as agreed, or when it has said more than a copy may grow by. */
  async #watch(): Promise<void> {
    const { random = Math.random } = this.#options;
    const events = await this.#client.watch(this.#type, {
      ...this.#selection(),
      resourceVersion: this.#resourceVersion ?? "",
      timeoutSeconds: WATCH_SECONDS + Math.floor(random() * WATCH_SPREAD_SECONDS),
      silenceMs: SILENCE_MS,
      signal: this.#stop.signal,
    });
    for await (const event of events) {
      if (this.#stop.signal.aborted) return;
      this.#hear(event);
      if (this.#resourceVersion === undefined) break;
    }
    // Whoever ends each watch at once would be asked again and again.
    await this.#pause(FIRST_PAUSE_MS);
  }

  #hear({ type, object, bytes }: WatchEvent): void {
    const { keep = (whole) => whole } = this.#options;
    if (type !== "BOOKMARK") this.#replica.take(type, keep(object));
    this.#watchedBytes += bytes;
    const isTooMuch = this.#watchedBytes > MAX_WATCHED_BYTES;
    this.#resourceVersion = isTooMuch ? undefined : object.metadata.resourceVersion;
    this.#failures = 0;
  }

  async #recover(error: KubeError): Promise<void> {
    this.#failures += 1;
    if (FROM_ANEW.has(error.code)) this.#resourceVersion = undefined;
    this.#report(error);
    const doubled = Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), LONGEST_PAUSE_MS);
    const pause = SLOW.has(error.code) ? SLOW_PAUSE_MS : doubled;
    await this.#pause(Math.max(pause, error.retryAfterMs ?? 0));
  }

  #report(error: KubeError): void {
    try {
      this.#options.onError?.(error);
    } catch {
      // Nobody is left to be told, and the copy is to be kept up to date all the same.
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    const { random = Math.random, sleep = pauseFor } = this.#options;
    const jittered = milliseconds * (1 + JITTER * (random() - 0.5));
    await sleep(jittered, this.#stop.signal).catch(() => undefined); // aborted: the loop ends
  }

  #selection() {
    const { namespace, labelSelector, metadataOnly } = this.#options;
    return { namespace, labelSelector, metadataOnly };
  }
}

/** Whatever was thrown, by whomever: what the API server said could not be worked with. */
function toKubeError(error: unknown): KubeError {
  if (error instanceof KubeError) return error;
  return new KubeError("PROTOCOL", "what the API server said of an object cannot be worked with", {
    cause: error,
  });
}

function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  return setTimeout(milliseconds, undefined, { signal });
}
