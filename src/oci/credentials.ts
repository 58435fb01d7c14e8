/**
 * How to log in to one registry. They are sent to that registry's own host and, when it asks for a token,
 * to the token service on the same host; another host gets them only if it is listed.
 */
export type RegistryCredentials =
  | {
      readonly username: string;
      readonly password: string;
      /** `host` or `host:port` of token services that the registry hands logins over to. */
      readonly tokenHosts?: readonly string[];
    }
  | { readonly bearerToken: string };

/** Credentials for a registry (`host[:port]`), or undefined to ask without any. May throw RegistryError. */
export type CredentialSource = (registry: string) => RegistryCredentials | undefined;

export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
}
