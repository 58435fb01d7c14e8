/** What a fetch brings along to a server: who is asking, how the server itself is known, and the way there. */
export type GitAuth = HttpAuth | SshAuth;

/** For http and https. Nothing that is secret in it goes over http, unless to this machine. */
export interface HttpAuth {
  /** Anonymous where absent. */
  readonly login?: HttpLogin;
  readonly tls?: HttpTls;
  /** Direct where absent, whatever the environment says. */
  readonly proxy?: HttpProxy;
}

export type HttpLogin =
  | { readonly username: string; readonly password: string }
  | { readonly bearerToken: string }
  | { readonly githubApp: GitHubApp };

/** All PEM. */
export interface HttpTls {
  /** Who vouches for the server: these authorities and no others. Those of the system where absent. */
  readonly authorities?: string;
  /** With its intermediates, if it has any. */
  readonly client?: { readonly certificate: string; readonly key: string };
}

/** A proxy that opens a tunnel, and sees nothing of what goes through it but the name of the server. */
export interface HttpProxy {
  /** http or https, without credentials. */
  readonly address: string;
  readonly login?: { readonly username: string; readonly password: string };
}

/** An installation of a GitHub App, for whom a token is asked for. */
export interface GitHubApp {
  readonly id: string;
  readonly installation: string;
  /** PEM, RSA. */
  readonly privateKey: string;
  /** Of GitHub's API; `https://<host>/api/v3` for a GitHub Enterprise Server. */
  readonly baseUrl: string;
}

/** For ssh. There is no way without it: the key of the server is never taken on first use. */
export interface SshAuth {
  /** A private key in OpenSSH's format. */
  readonly identity: string;
  /** Of an identity that is encrypted. */
  readonly passphrase?: string;
  /** The server's keys, as in OpenSSH's known_hosts file. */
  readonly knownHosts: string;
}

export function isSshAuth(auth: GitAuth): auth is SshAuth {
  return "identity" in auth;
}
