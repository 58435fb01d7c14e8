/** What a fetch brings along to a server: who is asking, and how the server itself is known. */
export type GitAuth = HttpAuth | SshAuth;

/** For https, and for http on loopback. */
export type HttpAuth =
  | { readonly username: string; readonly password: string }
  | { readonly bearerToken: string };

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
