import { type KubeClient, type KubeError, Reflector } from "../kube/index.ts";
import type { Clock } from "./clock.ts";
import { LeaseElection } from "./lease.ts";
import { LEASE_LABEL, type LeaseName } from "./lease-object.ts";
import type { Logger } from "./logs.ts";

/** The right to act, of which there is one at a time. */
export interface Leadership {
  isHeld(): boolean;
  /** Resolves when it is held no longer without having been released. */
  readonly lost: Promise<void>;
  /** Lets a successor begin. Nothing may be under way when this is called. */
  release(): Promise<void>;
}

/** For a process that is certainly the only one. */
export const ALONE: Leadership = {
  isHeld: () => true,
  lost: new Promise(() => undefined),
  release: async () => undefined,
};

export interface CampaignOptions {
  readonly client: KubeClient;
  readonly lease: LeaseName;
  readonly identity: string;
  readonly clock: Clock;
  readonly log: Pick<Logger, "warn">;
  readonly signal: AbortSignal;
}

/** Waits for the Lease, watching it; undefined when the signal came first. */
export async function campaign(options: CampaignOptions): Promise<Leadership | undefined> {
  const { client, lease, identity, clock, log, signal } = options;
  const warn = ({ code, message }: KubeError) => log.warn({ lease: lease.name, code }, message);
  const election = new LeaseElection({
    client,
    lease,
    identity,
    clock,
    now: () => new Date(),
    onError: warn,
  });
  await using watch = new Reflector(
    client,
    { apiVersion: "coordination.k8s.io/v1", kind: "Lease" },
    {
      namespace: lease.namespace,
      labelSelector: `${LEASE_LABEL}=${lease.name}`,
      onEvent: ({ type, object }) => {
        if (type !== "deleted") election.see(object);
      },
      onError: warn,
    },
  );
  watch.start();
  return (await election.acquire(signal)) ? election : undefined;
}
