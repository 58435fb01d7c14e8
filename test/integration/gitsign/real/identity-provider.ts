import { generateKeyPairSync, sign } from "node:crypto";
import { type Loopback, serveLoopback } from "./loopback.ts";

/** gitsign asks for tokens that are for Sigstore. */
export const AUDIENCE = "sigstore";

const KEY_ID = "1";
const LIFETIME_SECONDS = 600;

/** An OpenID provider that says of anybody what a test tells it to: discovery, its key, and ID tokens. */
export class IdentityProvider implements AsyncDisposable {
  readonly #key = generateKeyPairSync("ec", { namedCurve: "P-256" });
  #server: Loopback | undefined;

  async start(): Promise<void> {
    this.#server = await serveLoopback((path) => this.#documents()[path]);
  }

  get issuer(): string {
    if (this.#server === undefined) throw new TypeError("the provider is not started");
    return this.#server.url;
  }

  /** An ID token (RFC 7519), signed with ES256. */
  token(email: string): string {
    const issuedAt = Math.floor(Date.now() / 1000);
    const times = { iat: issuedAt, exp: issuedAt + LIFETIME_SECONDS };
    const claims = { iss: this.issuer, sub: email, aud: AUDIENCE, email, email_verified: true, ...times };
    const text = [{ alg: "ES256", kid: KEY_ID, typ: "JWT" }, claims].map(encode).join(".");
    const key = { key: this.#key.privateKey, dsaEncoding: "ieee-p1363" } as const;
    return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
  }

  #documents(): Readonly<Record<string, string>> {
    const key = { ...this.#key.publicKey.export({ format: "jwk" }), kid: KEY_ID, alg: "ES256", use: "sig" };
    return {
      "/.well-known/openid-configuration": JSON.stringify({
        issuer: this.issuer,
        authorization_endpoint: `${this.issuer}/auth`,
        token_endpoint: `${this.issuer}/token`,
        jwks_uri: `${this.issuer}/keys`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["ES256"],
      }),
      "/keys": JSON.stringify({ keys: [key] }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
