import type { GitAuth, HttpAuth, HttpLogin, HttpProxy, SshAuth } from "../git/index.ts";
import { ResourceError } from "./error.ts";
import { type Secret, secretValue } from "./secret.ts";

/** The keys of each kind of credentials, as Flux names them. A Secret has one kind, and that is told by its keys. */
const KINDS = {
  basic: { required: ["username", "password"], optional: [] },
  bearer: { required: ["bearerToken"], optional: [] },
  app: {
    required: ["githubAppID", "githubAppInstallationID", "githubAppPrivateKey"],
    optional: ["githubAppBaseURL"],
  },
  ssh: { required: ["identity", "known_hosts"], optional: ["password", "passphrase", "identity.pub"] },
} as const;

type Kind = keyof typeof KINDS;

const ALL_KEYS = [
  ...new Set(Object.values(KINDS).flatMap(({ required, optional }) => [...required, ...optional])),
];
const TLS_KEYS = ["tls.crt", "tls.key", "ca.crt"] as const;
const GITHUB_API = "https://api.github.com";

/** Visible ASCII, all that a header carries: what `fetch` will not send, it quotes in its error. */
const TOKEN = /^[\x21-\x7e]+$/;

/** Reads a Secret. Throws INVALID_RESOURCE for one that has no kind of credentials, or parts of two; values are not told. */
export function toCredentials(secret: Secret): GitAuth {
  const present = ALL_KEYS.filter((key) => secretValue(secret, key) !== undefined);
  const kind = kindOf(present, secret);
  const tls = toTls(secret);
  const value = (key: string): string => secretValue(secret, key) ?? "";
  switch (kind) {
    case undefined:
      if (tls !== undefined && present.length === 0) return { tls };
      throw invalid(
        secret,
        `has ${present.length === 0 ? "no" : "half of the"} credentials for a git server`,
      );
    case "ssh":
      if (tls !== undefined) throw invalid(secret, "mixes a key for ssh with certificates for https");
      return { identity: value("identity"), knownHosts: value("known_hosts"), ...toPassphrase(secret) };
    case "basic":
      return withTls({ username: value("username"), password: value("password") }, tls);
    case "bearer":
      return withTls({ bearerToken: toToken(value("bearerToken"), secret) }, tls);
    case "app":
      return withTls({ githubApp: toGitHubApp(secret) }, tls);
  }
}

/** What a Secret says of a proxy: `address`, and with it `username` and `password` or neither. */
export function toProxy(secret: Secret): HttpProxy {
  const [address, username, password] = ["address", "username", "password"].map((key) =>
    secretValue(secret, key),
  );
  if (address === undefined) throw invalid(secret, "has no `address` of a proxy");
  if (username === undefined && password === undefined) return { address: trimmed(address) };
  if (username === undefined || password === undefined)
    throw invalid(secret, "has half of a login to a proxy");
  return { address: trimmed(address), login: { username, password } };
}

/** The one kind whose keys are all there, and no key that is only another's. */
function kindOf(present: readonly string[], secret: Secret): Kind | undefined {
  const kinds = Object.keys(KINDS).filter((kind): kind is Kind => Object.hasOwn(KINDS, kind));
  const [kind, another] = kinds.filter((each) => KINDS[each].required.every((key) => present.includes(key)));
  if (kind === undefined) return undefined;
  const own: readonly string[] = [...KINDS[kind].required, ...KINDS[kind].optional];
  const foreign = present.filter((key) => !own.includes(key));
  if (another === undefined && foreign.length === 0) return kind;
  throw invalid(secret, `mixes kinds of credentials: ${present.map((key) => `\`${key}\``).join(", ")}`);
}

function toTls(secret: Secret): HttpAuth["tls"] {
  const [certificate, key, authorities] = TLS_KEYS.map((name) => secretValue(secret, name));
  if ((certificate === undefined) !== (key === undefined)) {
    throw invalid(secret, "has only one of `tls.crt` and `tls.key`");
  }
  if (certificate === undefined && authorities === undefined) return undefined;
  return {
    ...(authorities !== undefined && { authorities }),
    ...(certificate !== undefined && key !== undefined && { client: { certificate, key } }),
  };
}

/** Flux calls it `password`. */
function toPassphrase(secret: Secret): Pick<SshAuth, "passphrase"> {
  const [passphrase, password] = [secretValue(secret, "passphrase"), secretValue(secret, "password")];
  if (passphrase !== undefined && password !== undefined) {
    throw invalid(secret, "has two passphrases, `passphrase` and `password`");
  }
  const value = passphrase ?? password;
  return value === undefined ? {} : { passphrase: value };
}

function toGitHubApp(secret: Secret) {
  const value = (key: string): string => trimmed(secretValue(secret, key) ?? "");
  return {
    id: value("githubAppID"),
    installation: value("githubAppInstallationID"),
    privateKey: value("githubAppPrivateKey"),
    baseUrl: value("githubAppBaseURL") || GITHUB_API,
  };
}

function withTls(login: HttpLogin, tls: HttpAuth["tls"]): HttpAuth {
  return tls === undefined ? { login } : { login, tls };
}

/** Without the line break that editors leave at the end. */
function trimmed(value: string): string {
  return value.replace(/\r?\n$/, "");
}

function toToken(value: string, secret: Secret): string {
  const token = trimmed(value);
  if (TOKEN.test(token)) return token;
  throw invalid(
    secret,
    "has a `bearerToken` that is empty, or that no HTTP header carries",
    "store the token alone: no spaces, no line breaks, ASCII",
  );
}

function invalid({ metadata: { namespace, name } }: Secret, found: string, remedy?: string): ResourceError {
  return new ResourceError("INVALID_RESOURCE", `Secret ${namespace}/${name} ${found}`, {
    remedy:
      remedy ??
      "have it hold one of: `username` and `password`; `bearerToken`; `identity` and `known_hosts`; `githubAppID`, `githubAppInstallationID` and `githubAppPrivateKey`; and, for https, `tls.crt` and `tls.key`, or `ca.crt`",
  });
}
