import { type KubeClient, KubeError, type KubeObject, type ObjectRef } from "../kube/index.ts";
import type { Clock } from "./clock.ts";
import { heldLease, type LeaseName, newLease, readLease, releasedLease } from "./lease-object.ts";

const RETRY_MS = 2_000;
/** Well before {@link LEASE_SECONDS}: what is under way when it passes ends before another may begin. */
const RENEW_DEADLINE_MS = 10_000;

export interface ElectionOptions {
  /** With short timeouts and connections of its own: renewing must not wait behind other work. */
  readonly client: Pick<KubeClient, "get" | "create" | "update">;
  readonly lease: LeaseName;
  /** Of this process alone, also after a restart. */
  readonly identity: string;
  readonly clock: Clock;
  /** The time that the Lease shows to people. */
  readonly now: () => Date;
  readonly onError: (error: KubeError) => void;
}

interface Seen {
  readonly object: KubeObject;
  /** When this version of the Lease was first seen here. */
  readonly at: number;
}

/**
 * One candidacy for a Lease of coordination.k8s.io/v1. As in client-go, nobody's clock is compared with another's: a
 * candidate waits for as long as the Lease lasts, from when it first saw the version that is there now; the holder
 * counts from before it sent its last renewal, and considers the Lease lost five seconds before anybody can have waited
 * that long. A candidacy that has lost the Lease, or released it, is over.
 */
export class LeaseElection {
  readonly #options: ElectionOptions;
  readonly #lost = Promise.withResolvers<void>();
  #seen: Seen | undefined;
  /** When the last renewal that succeeded was sent; undefined before the first, and when it is over. */
  #renewedAt: number | undefined;
  #over = false;
  /** Whether the watch said that nobody holds it, since the last attempt began. */
  #freed = false;
  #attempting: Promise<unknown> = Promise.resolve();
  #endNap: () => void = () => undefined;
  #cancelExpiry: () => void = () => undefined;

  constructor(options: ElectionOptions) {
    this.#options = options;
  }

  /** Resolves when the Lease was held, and is no longer; never after a release. */
  get lost(): Promise<void> {
    return this.#lost.promise;
  }

  /** Whether this process may act now. To be asked before each act. */
  isHeld(): boolean {
    return this.#renewedAt !== undefined && this.#options.clock.now() < this.#renewedAt + RENEW_DEADLINE_MS;
  }

  /** Takes in what a watch says of the Lease, so that one which was given up is taken at once. */
  see(object: KubeObject): void {
    if (this.#renewedAt !== undefined) return; // a watch lags behind what the holder itself wrote
    this.#observe(object);
    if (readLease(object).holder !== "") return;
    this.#freed = true;
    this.#endNap();
  }

  /** Waits until the Lease is held, and keeps it from then on; false when the signal came first. */
  async acquire(signal: AbortSignal): Promise<boolean> {
    const wake = () => this.#endNap();
    signal.addEventListener("abort", wake);
    while (!signal.aborted) {
      this.#freed = false;
      if (await this.#attempt()) break;
      if (!this.#freed && !signal.aborted) await this.#nap(this.#patience());
    }
    signal.removeEventListener("abort", wake);
    if (!this.isHeld()) return false;
    void this.#keep();
    return true;
  }

  /** Gives the Lease up, for a successor to take at once. When this is called, nothing may act any more. */
  async release(): Promise<void> {
    if (this.#over) return;
    const { client, identity, now } = this.#options;
    this.#end();
    await this.#attempting;
    const last = this.#seen?.object;
    if (last === undefined || readLease(last).holder !== identity) return;
    await client.update(releasedLease(last, now())).catch((error: unknown) => this.#tell(error));
  }

  async #keep(): Promise<void> {
    while (!this.#over) {
      await this.#nap(RETRY_MS);
      if (!this.#over) await this.#attempt();
    }
  }

  /** Whether the Lease was taken or renewed. */
  #attempt(): Promise<boolean> {
    const attempt = this.#takeOrRenew().catch((error: unknown) => this.#tell(error));
    this.#attempting = attempt;
    return attempt;
  }

  async #takeOrRenew(): Promise<boolean> {
    const { client, lease, identity, now } = this.#options;
    const held = this.#renewedAt === undefined ? undefined : this.#seen?.object;
    const object = held ?? (await client.get(toRef(lease)));
    if (object === undefined)
      return this.#write(() => client.create(heldLease(newLease(lease), identity, now())));
    this.#observe(object);
    if (readLease(object).holder !== identity && this.#untilExpiry() > 0) return false;
    return this.#write(() => client.update(heldLease(object, identity, now())));
  }

  async #write(send: () => Promise<KubeObject>): Promise<boolean> {
    const sentAt = this.#options.clock.now();
    try {
      this.#observe(await send());
    } catch (error) {
      if (!(error instanceof KubeError) || (error.code !== "CONFLICT" && error.code !== "EXISTS"))
        throw error;
      await this.#lookAgain();
      return false;
    }
    if (this.#over) return false;
    this.#renewedAt = sentAt;
    this.#cancelExpiry();
    const { clock } = this.#options;
    this.#cancelExpiry = clock.after(sentAt + RENEW_DEADLINE_MS - clock.now(), () => this.#lose());
    return true;
  }

  /** Somebody else wrote: if that took the Lease, it is lost now and not only when it runs out. */
  async #lookAgain(): Promise<void> {
    const { client, lease, identity } = this.#options;
    const object = await client.get(toRef(lease));
    if (object === undefined) return;
    this.#observe(object);
    if (this.#renewedAt !== undefined && readLease(object).holder !== identity) this.#lose();
  }

  #tell(error: unknown): false {
    if (!(error instanceof KubeError)) throw error;
    this.#options.onError(error);
    return false;
  }

  #lose(): void {
    if (this.#over) return;
    this.#end();
    this.#lost.resolve();
  }

  #end(): void {
    this.#over = true;
    this.#renewedAt = undefined;
    this.#cancelExpiry();
    this.#endNap();
  }

  #observe(object: KubeObject): void {
    if (this.#seen?.object.metadata.resourceVersion === object.metadata.resourceVersion) return;
    this.#seen = { object, at: this.#options.clock.now() };
  }

  /** Not positive when the Lease that was seen last may be taken over. */
  #untilExpiry(): number {
    if (this.#seen === undefined) return 0;
    const { holder, durationMs } = readLease(this.#seen.object);
    return holder === "" ? 0 : this.#seen.at + durationMs - this.#options.clock.now();
  }

  /** Until the next attempt: no longer than the Lease lasts, and a while where it was free and could not be had. */
  #patience(): number {
    const left = this.#untilExpiry();
    return left > 0 ? Math.min(left, RETRY_MS) : RETRY_MS;
  }

  #nap(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve);
      this.#endNap = () => {
        cancel();
        resolve();
      };
    });
  }
}

function toRef({ namespace, name }: LeaseName): ObjectRef {
  return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace, name };
}
