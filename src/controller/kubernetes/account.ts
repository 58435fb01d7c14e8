import { ResourceError } from "../../api/index.ts";
import type { ClusterTargetConfig, GateConfig } from "../../gate/index.ts";

/** Whom Sluice acts as for a gate. */
export interface ActingUser {
  readonly name: string;
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/**
 * A ServiceAccount of the gate's own namespace, never of another, and for which gate. The installation's default is
 * for its own cluster: what a kubeconfig of another allows, that cluster decides. Undefined for whom the kubeconfig
 * names. Throws ResourceError NO_SERVICE_ACCOUNT: no gate ever acts with the controller's own rights, which reach into
 * every namespace.
 */
export function actingUser(
  { namespace, name }: GateConfig["gate"],
  { kubeConfig, serviceAccountName }: Pick<ClusterTargetConfig, "kubeConfig" | "serviceAccountName">,
  defaultServiceAccount: string | undefined,
): ActingUser | undefined {
  const account = serviceAccountName ?? (kubeConfig === undefined ? defaultServiceAccount : undefined);
  if (account !== undefined) {
    return {
      name: `system:serviceaccount:${namespace}:${account}`,
      extra: { "sluice.dev/gate": [`${namespace}/${name}`] },
    };
  }
  if (kubeConfig !== undefined) return undefined;
  throw new ResourceError(
    "NO_SERVICE_ACCOUNT",
    `Gate ${namespace}/${name} names no ServiceAccount to act as, and the installation has no default`,
    { remedy: "set target.cluster.serviceAccountName, or start Sluice with --default-service-account" },
  );
}
