import type { KubeObject } from "../kube/index.ts";

/** After so long without news from the holder, as measured by whoever waits, another may take over. */
export const LEASE_SECONDS = 15;
/** Of a Lease that was given up: nobody has to wait for its end. */
const RELEASED_SECONDS = 1;

/** Found by a watch that names only this label, and so needs no right to see other Leases' changes. */
export const LEASE_LABEL = "sluice.dev/lease";

export interface LeaseName {
  readonly namespace: string;
  readonly name: string;
}

/** What a Lease says, as far as an election needs it. */
export interface LeaseState {
  /** Empty where nobody holds it. */
  readonly holder: string;
  readonly durationMs: number;
  readonly transitions: number;
}

/** Of a Lease that others may have written: what is missing or odd counts as said by a holder of full length. */
export function readLease({ spec }: KubeObject): LeaseState {
  const fields: Record<string, unknown> = Object(spec);
  const { holderIdentity, leaseDurationSeconds, leaseTransitions } = fields;
  return {
    holder: typeof holderIdentity === "string" ? holderIdentity : "",
    durationMs: (isCount(leaseDurationSeconds) ? leaseDurationSeconds : LEASE_SECONDS) * 1_000,
    transitions: isCount(leaseTransitions) ? leaseTransitions : 0,
  };
}

/** A Lease of this name that is not there yet. */
export function newLease({ namespace, name }: LeaseName): KubeObject {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { namespace, name, labels: { [LEASE_LABEL]: name } },
  };
}

/** The Lease as `identity` takes or renews it. The times in it are for people: nobody decides by them. */
export function heldLease(lease: KubeObject, identity: string, now: Date): KubeObject {
  const { holder, transitions } = readLease(lease);
  const renews = holder === identity;
  const { acquireTime }: { acquireTime?: unknown } = Object(lease.spec);
  return {
    ...lease,
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: LEASE_SECONDS,
      acquireTime: renews && acquireTime !== undefined ? acquireTime : microTime(now),
      renewTime: microTime(now),
      leaseTransitions: renews ? transitions : transitions + 1,
    },
  };
}

/** The Lease with nobody holding it, so that a successor need not wait. */
export function releasedLease(lease: KubeObject, now: Date): KubeObject {
  return {
    ...lease,
    spec: {
      holderIdentity: "",
      leaseDurationSeconds: RELEASED_SECONDS,
      renewTime: microTime(now),
      leaseTransitions: readLease(lease).transitions,
    },
  };
}

/** `metav1.MicroTime`: RFC 3339 with six digits after the second. */
function microTime(now: Date): string {
  return now.toISOString().replace("Z", "000Z");
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
