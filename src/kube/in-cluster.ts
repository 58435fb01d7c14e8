import { join } from "node:path";
import { ClusterConnection, parseServer, readConfigFile, readToken } from "./connection.ts";
import { KubeError } from "./error.ts";

/** Where the kubelet puts a pod's service account. */
const DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount";

export interface InClusterOptions {
  readonly directory?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** As the service account of the pod that we run in. Throws CONFIG where this is no pod. */
export async function inCluster(options: InClusterOptions = {}): Promise<ClusterConnection> {
  const { directory = DIRECTORY, env = process.env } = options;
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  if (!host || !port) {
    throw new KubeError("CONFIG", "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set", {
      remedy: "run Sluice in a pod, or name a kubeconfig",
    });
  }
  const server = parseServer(`https://${host.includes(":") ? `[${host}]` : host}:${port}`, "the environment");
  const tokenFile = join(directory, "token");
  await readToken(tokenFile); // said at start, not at the first request
  return new ClusterConnection({
    server,
    tls: { ca: await readConfigFile(join(directory, "ca.crt")) },
    authorization: async () => `Bearer ${await readToken(tokenFile)}`,
  });
}
