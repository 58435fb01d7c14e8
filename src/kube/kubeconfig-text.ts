import { parse } from "yaml";
import { z } from "zod";
import { ClusterConnection, checkToken, parseServer, type TlsOptions } from "./connection.ts";
import { KubeError } from "./error.ts";
import { MAX_KUBECONFIG_BYTES } from "./limits.ts";

/** Base64 of PEM. */
const pemData = z.base64().transform((text) => Buffer.from(text, "base64").toString("utf8"));

const name = z.string().min(1);
const extensions = z.unknown().optional();

/**
 * Strict: `certificate-authority`, `proxy-url` and whatever comes later are refused because they do not stand here.
 * No certificate is ever passed over.
 */
const clusterSchema = z.strictObject({
  server: z.string(),
  "certificate-authority-data": pemData.optional(),
  "tls-server-name": z.string().min(1).optional(),
  "insecure-skip-tls-verify": z.literal(false).optional(),
  "disable-compression": z.boolean().optional(),
  extensions,
});

/** No `exec`, no `auth-provider`, no file, and no impersonation besides the gate's own. */
const userSchema = z.strictObject({
  token: z.string().optional(),
  "client-certificate-data": pemData.optional(),
  "client-key-data": pemData.optional(),
  extensions,
});

const kubeConfigSchema = z.strictObject({
  apiVersion: z.literal("v1").optional(),
  kind: z.literal("Config").optional(),
  preferences: z.unknown().optional(),
  clusters: z.array(z.strictObject({ name, cluster: clusterSchema })),
  users: z.array(z.strictObject({ name, user: userSchema })),
  contexts: z.array(
    z.strictObject({
      name,
      context: z.strictObject({
        cluster: name,
        user: name,
        namespace: z.string().optional(),
        extensions,
      }),
    }),
  ),
  "current-context": name,
  extensions,
});

/**
 * From a Secret: written by whoever may write that Secret, read by the controller. So it can make the controller run
 * nothing, read no file, and trust no unknown server (CVE-2022-24817). Every entry counts, used or not.
 */
export async function fromKubeConfigText(text: string): Promise<ClusterConnection> {
  const config = parseKubeConfig(text);
  const { context } = findOne(config.contexts, config["current-context"], "context");
  const { cluster } = findOne(config.clusters, context.cluster, "cluster");
  const { user } = findOne(config.users, context.user, "user");
  const token = user.token === undefined ? undefined : checkToken(user.token, "the user's token");
  return new ClusterConnection({
    server: parseServer(cluster.server, "the kubeconfig"),
    tls: toTls(cluster, user),
    authorization: async () => (token === undefined ? undefined : `Bearer ${token}`),
  });
}

function parseKubeConfig(text: string): z.infer<typeof kubeConfigSchema> {
  if (Buffer.byteLength(text) > MAX_KUBECONFIG_BYTES) throw refused("it is too large");
  const result = kubeConfigSchema.safeParse(readYaml(text));
  if (result.success) return result.data;
  // The place and the kind of mistake; never what stands there.
  const [issue] = result.error.issues;
  const keys = issue?.code === "unrecognized_keys" ? issue.keys : [];
  const place = [...(issue?.path ?? []), ...keys].join(".");
  throw refused(`${place || "it"} is not allowed, or not what is expected there`);
}

/** Without a cause: the parser's errors quote the line. */
function readYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0, prettyErrors: false, logLevel: "error" });
  } catch {
    throw refused("it is not YAML without aliases");
  }
}

function findOne<T extends { readonly name: string }>(list: readonly T[], name: string, what: string): T {
  const [found, another] = list.filter((entry) => entry.name === name);
  if (found === undefined || another !== undefined) throw refused(`it names its ${what} not exactly once`);
  return found;
}

function toTls(from: z.infer<typeof clusterSchema>, user: z.infer<typeof userSchema>): TlsOptions {
  const ca = from["certificate-authority-data"];
  const servername = from["tls-server-name"];
  const cert = user["client-certificate-data"];
  const key = user["client-key-data"];
  if ((cert === undefined) !== (key === undefined))
    throw refused("a client certificate and its key go together");
  return {
    ...(ca !== undefined && { ca }),
    ...(servername !== undefined && { servername }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

function refused(why: string): KubeError {
  return new KubeError("CONFIG", `the kubeconfig is refused: ${why}`, {
    remedy:
      "a kubeconfig in a Secret has a server, its CA, and a token or a client certificate in it; no exec, no " +
      "auth-provider, no files, no proxy, no insecure-skip-tls-verify",
  });
}
