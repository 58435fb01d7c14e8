import type { KubeConfig } from "@kubernetes/client-node";
import { ClusterConnection, parseServer, type TlsOptions } from "./connection.ts";
import { KubeError } from "./error.ts";

/**
 * As a person, by the kubeconfig that `kubectl` would use, or the one named. Its plugins are run: it is the person's
 * own. Never for a file that came from a cluster.
 */
export async function fromKubeConfigFile(
  path: string | undefined,
  context?: string,
): Promise<ClusterConnection> {
  const config = await loadConfig(path, context);
  const where = path ?? "the kubeconfig";
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new KubeError("CONFIG", `${where} names no cluster in its current context`);
  if (cluster.proxyUrl !== undefined)
    throw new KubeError("CONFIG", `${where} names a proxy, which Sluice does not use`);
  return new ClusterConnection({
    server: parseServer(cluster.server, where),
    tls: toTls(await authenticate(config, where)),
    authorization: async () => authorizationOf(await authenticate(config, where)),
  });
}

/** Loaded here and not above: it costs half a second and 87 MB, which nobody pays who runs in a pod. */
async function loadConfig(path: string | undefined, context: string | undefined): Promise<KubeConfig> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  try {
    if (path === undefined) config.loadFromDefault();
    else config.loadFromFile(path);
  } catch {
    // The cause would quote the file.
    throw new KubeError("CONFIG", `${path ?? "the kubeconfig"} cannot be read, or is no kubeconfig`, {
      remedy:
        "name one with --kubeconfig or KUBECONFIG; `kubectl config view` shows the one that kubectl reads",
    });
  }
  if (context !== undefined) {
    if (config.getContextObject(context) === null)
      throw new KubeError("CONFIG", `there is no context ${context}`, {
        remedy: `name one of: ${config
          .getContexts()
          .map(({ name }) => name)
          .join(", ")}`,
      });
    config.setCurrentContext(context);
  }
  return config;
}

type Authenticated = Parameters<KubeConfig["applyToHTTPSOptions"]>[0];

/** Runs what the person configured, unless what it gave the last time is still good. */
async function authenticate(config: KubeConfig, where: string): Promise<Authenticated> {
  const options: Authenticated = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    // A plugin's own words help the person; the JSON parser's would quote the credential.
    const cause = error instanceof SyntaxError ? {} : { cause: error };
    throw new KubeError("CONFIG", `${where} does not lead to credentials`, cause);
  }
  return options;
}

function toTls({ ca, cert, key, servername, rejectUnauthorized }: Authenticated): TlsOptions {
  const pem = (value: unknown): string | undefined =>
    typeof value === "string" || Buffer.isBuffer(value) ? value.toString() : undefined;
  const texts = { ca: pem(ca), cert: pem(cert), key: pem(key), servername };
  return {
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)),
    ...(rejectUnauthorized === false && { rejectUnauthorized }),
  };
}

function authorizationOf({ headers, auth }: Authenticated): string | undefined {
  if (typeof auth === "string") return `Basic ${Buffer.from(auth).toString("base64")}`;
  const entries = new Map(Object.entries({ ...headers }).map(([name, value]) => [name.toLowerCase(), value]));
  if (entries.has("impersonate-user")) {
    throw new KubeError("CONFIG", "the kubeconfig impersonates a user, which Sluice would not do");
  }
  const value = entries.get("authorization");
  return value === undefined ? undefined : String(value);
}
