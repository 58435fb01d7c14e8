import { readFile } from "node:fs/promises";
import { z } from "zod";
import { systemErrorCode } from "../fault.ts";
import type { CredentialSource, RegistryCredentials } from "./credentials.ts";
import { RegistryError } from "./error.ts";
import { parseJson } from "./json.ts";

const MAX_CONFIG_BYTES = 1024 * 1024;

const entrySchema = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
  registrytoken: z.string().optional(),
});

const configSchema = z.object({
  auths: z.record(z.string(), entrySchema).default({}),
  credHelpers: z.record(z.string(), z.string()).default({}),
  credsStore: z.string().optional(),
});

type DockerConfig = z.output<typeof configSchema>;

/**
 * The logins that `docker login` wrote to a `config.json`; none where there is no such file. Credential
 * helpers are programs, which are never run: a registry whose login is kept in one is a fault.
 */
export async function readDockerConfig(path: string): Promise<CredentialSource> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    if (systemErrorCode(cause) === "ENOENT") return undefined;
    throw unreadable(path, `cannot be read (${systemErrorCode(cause)})`, cause);
  });
  if (bytes === undefined) return () => undefined;
  const parsed = configSchema.safeParse(bytes.length > MAX_CONFIG_BYTES ? undefined : parseJson(bytes));
  if (!parsed.success) throw unreadable(path, "is not a docker configuration", parsed.error);
  return (registry) => findCredentials(parsed.data, registry, path);
}

function findCredentials(
  config: DockerConfig,
  registry: string,
  path: string,
): RegistryCredentials | undefined {
  const matching = (key: string): boolean => registryOfKey(key) === registry;
  const entry = Object.entries(config.auths).find(([key]) => matching(key))?.[1];
  const credentials = entry && toCredentials(entry, registry, path);
  if (credentials !== undefined) return credentials;
  const helped = Object.keys(config.credHelpers).some(matching);
  // Where a store keeps the secret, `docker login` leaves an empty entry behind.
  if (!helped && (entry === undefined || config.credsStore === undefined)) return undefined;
  throw new RegistryError(
    "CREDENTIAL_HELPER",
    `${path} keeps the login for ${registry} in a credential helper`,
    {
      remedy: "helpers are not run: give a configuration with the login in `auths` itself",
    },
  );
}

function toCredentials(
  entry: z.output<typeof entrySchema>,
  registry: string,
  path: string,
): RegistryCredentials | undefined {
  if (entry.registrytoken !== undefined) return { bearerToken: entry.registrytoken };
  if (entry.identitytoken !== undefined) {
    throw unreadable(path, `has an identity token for ${registry}, which is not supported`);
  }
  if (entry.username !== undefined && entry.password !== undefined) {
    return { username: entry.username, password: entry.password };
  }
  if (entry.auth === undefined || entry.auth === "") return undefined;
  const text = Buffer.from(entry.auth, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1) throw unreadable(path, `has a malformed login for ${registry}`);
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Keys are hosts, or URLs as old clients wrote them; Docker Hub's is `https://index.docker.io/v1/`. */
function registryOfKey(key: string): string {
  const host = key.replace(/^https?:\/\//, "").split("/", 1)[0] ?? "";
  return host === "index.docker.io" || host === "registry-1.docker.io" ? "docker.io" : host;
}

function unreadable(path: string, problem: string, cause?: unknown): RegistryError {
  return new RegistryError("CREDENTIALS_UNREADABLE", `${path} ${problem}`, {
    remedy: "log in again with `docker login`, or give another configuration",
    ...(cause !== undefined && { cause }),
  });
}
