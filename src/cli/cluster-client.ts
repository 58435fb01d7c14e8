import { access, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { API_VERSION } from "../api/index.ts";
import {
  type ClusterConnection,
  fromKubeConfigFile,
  inCluster,
  KubeClient,
  KubeError,
  type KubeErrorCode,
} from "../kube/index.ts";
import { VERSION } from "../version.ts";

export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

/** The flags of every command that asks a cluster, named as kubectl names them. */
export function withClusterFlags(command: Command): Command {
  return command
    .option("--kubeconfig <file>", "as kubectl's: else $KUBECONFIG, ~/.kube/config, or the pod's own account")
    .option("--context <name>", "a context of the kubeconfig; else its current one")
    .option("-n, --namespace <name>", "else the context's");
}

export interface OpenCluster {
  readonly client: KubeClient;
  /** What a name without a namespace is in. */
  readonly namespace: string;
}

/** Opens a cluster for as long as `run` takes. What the API server says no to is thrown with what a person can do. */
export async function withCluster<T>(
  flags: ClusterFlags,
  run: (cluster: OpenCluster) => Promise<T>,
): Promise<T> {
  const place = await locate(flags);
  await using client = new KubeClient(place.connection, { userAgent: `sluice/${VERSION}` });
  try {
    return await run({ client, namespace: flags.namespace ?? place.namespace }); // before the connection is closed
  } catch (error) {
    throw error instanceof KubeError ? explained(error, place) : error;
  }
}

interface Place {
  readonly connection: ClusterConnection;
  readonly namespace: string;
  /** Where the connection is described, for messages. */
  readonly source: string;
}

const DEFAULT_NAMESPACE = "default";
const POD_NAMESPACE = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

async function locate({ kubeconfig, context }: ClusterFlags): Promise<Place> {
  const source = kubeconfig ?? (process.env.KUBECONFIG || (await ownKubeconfig()));
  if (source === undefined) {
    if (process.env.KUBERNETES_SERVICE_HOST !== undefined) return locatePod();
    throw new KubeError("CONFIG", "there is no kubeconfig: neither $KUBECONFIG nor ~/.kube/config", {
      remedy: "name one with --kubeconfig",
    });
  }
  return {
    connection: await fromKubeConfigFile(kubeconfig, context),
    namespace: await namespaceOf(kubeconfig, context),
    source: context === undefined ? source : `${source}, context ${context}`,
  };
}

async function locatePod(): Promise<Place> {
  const namespace = await readFile(POD_NAMESPACE, "utf8").catch(() => "");
  return {
    connection: await inCluster(),
    namespace: namespace.trim() || DEFAULT_NAMESPACE,
    source: "the pod's service account",
  };
}

async function ownKubeconfig(): Promise<string | undefined> {
  const path = join(homedir(), ".kube/config");
  return access(path).then(
    () => path,
    () => undefined,
  );
}

/** Read after the connection was made: what is wrong with the file has been said by then. */
async function namespaceOf(path: string | undefined, context: string | undefined): Promise<string> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  if (path === undefined) config.loadFromDefault();
  else config.loadFromFile(path);
  const found = config.getContextObject(context ?? config.getCurrentContext());
  return found?.namespace || DEFAULT_NAMESPACE;
}

function explained(error: KubeError, { connection, source }: Place): KubeError {
  const { code, message, status, reason, causes, retryAfterMs } = error;
  const known = REMEDIES[code];
  const asked = known === undefined ? message : `${message} (${connection.server.href}, from ${source})`;
  const noSluice = code === "NO_SUCH_KIND" && message.includes(API_VERSION);
  const remedy = noSluice
    ? "Sluice is not installed in this cluster: `kubectl apply -k manifests/install`"
    : error.remedy || (known ?? "");
  return new KubeError(code, asked, { status, reason, causes, retryAfterMs, remedy, cause: error });
}

/** For what is about the connection or the person, and not about one object. */
const REMEDIES: Readonly<Partial<Record<KubeErrorCode, string>>> = {
  UNREACHABLE: "check that this is the cluster you mean, the network, and that its certificate is trusted",
  TIMEOUT: "check that this is the cluster you mean, and the network",
  UNAUTHORIZED: "log in anew: the API server does not take these credentials",
  FORBIDDEN:
    "have that permission granted to the user named here (`kubectl auth can-i --list` shows what you have)",
};
