import type { KubeClient, KubeError, KubeObject } from "../../kube/index.ts";
import type { Clock } from "../clock.ts";
import { DriftDamper } from "../drift-damper.ts";
import { News } from "../news.ts";
import { type Next, type RunKey, WorkQueue } from "../queue.ts";
import { gatesBeside, gatesConcerned, sourceOf } from "./concerned.ts";
import { keyOfObject, type WatchEvent, type WatchedKind } from "./watched.ts";
import { Watches } from "./watches.ts";

export interface ControllerOptions {
  readonly client: KubeClient;
  readonly namespaces: readonly string[] | undefined;
  readonly concurrency: number;
  readonly clock: Clock;
  readonly random: () => number;
  /** Milliseconds; the least between two looks that one gate's news makes others take. */
  readonly minInterval: number;
  readonly onWatchError: (kind: WatchedKind, error: KubeError) => void;
}

/**
 * Watches from the start, so that a standby takes over with all that it needs to know, and works only once it is told
 * to: while it holds the Lease.
 */
export class Controller implements AsyncDisposable {
  readonly watches: Watches;
  readonly #queue: WorkQueue;
  readonly #damper: DriftDamper;
  readonly #news: News;
  #run: RunKey | undefined;

  constructor(options: ControllerOptions) {
    const { client, namespaces, concurrency, clock, random, minInterval } = options;
    this.#queue = new WorkQueue((key, askedAt) => this.#runKey(key, askedAt), { concurrency, clock, random });
    this.#damper = new DriftDamper(clock);
    this.#news = new News({ clock, pause: minInterval });
    this.watches = new Watches({
      client,
      namespaces,
      onEvent: (event) => this.#see(event),
      onError: options.onWatchError,
    });
  }

  get depth(): number {
    return this.#queue.depth;
  }

  get running(): number {
    return this.#queue.running;
  }

  /** Runs every gate, and from then on each that a change concerns. */
  begin(run: RunKey): void {
    this.#run = run;
    for (const gate of this.watches.list("Gate")) this.#queue.add(keyOfObject(gate));
  }

  /** Asks for a run of a gate. */
  request(key: string): void {
    if (this.#run !== undefined) this.#queue.add(key);
  }

  /** Asks for a run because an object of the gate was changed: soon, but not as often as that happens. */
  requestCorrection(key: string): void {
    if (this.#run !== undefined) this.#queue.addAfter(key, this.#damper.delayFor(key));
  }

  /** One gate has decided about a commit: those beside it look now, instead of when their interval ends. */
  makeKnown(gate: KubeObject, revision: string): void {
    const source = sourceOf(gate);
    if (this.#run === undefined || source === undefined) return;
    const delay = this.#news.delayOf(source, revision);
    if (delay === undefined) return;
    for (const key of gatesBeside(gate, this.watches.list("Gate"))) this.#queue.addAfter(key, delay);
  }

  /** Begins no run any more; true when all that ran ended in time. */
  stop(within: number): Promise<boolean> {
    return this.#queue.drain(within);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.watches[Symbol.asyncDispose]();
  }

  #see(event: WatchEvent): void {
    if (this.#run === undefined) return;
    if (event.type === "deleted" && event.object.kind === "Gate")
      this.#damper.forget(keyOfObject(event.object));
    for (const key of gatesConcerned(event, this.watches.list("Gate"))) this.#queue.add(key);
  }

  async #runKey(key: string, askedAt: number): Promise<Next> {
    return this.#run === undefined ? { kind: "wait" } : this.#run(key, askedAt);
  }
}
