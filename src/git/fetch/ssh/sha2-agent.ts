import type { BaseAgent, IdentityCallback, ParsedKey, SignCallback, SigningRequestOptions } from "ssh2";

/**
 * Signs with one key, and with an RSA key never over SHA-1: the library would, for a server that does not say that it
 * knows better. Base is the library's own class, by which it tells agents.
 */
export function toSha2Agent(Base: typeof BaseAgent, key: ParsedKey): BaseAgent {
  class Sha2Agent extends Base {
    override getIdentities(done: IdentityCallback): void {
      done(null, [key]);
    }

    override sign(
      _key: unknown,
      data: Buffer,
      options: SigningRequestOptions | SignCallback,
      done?: SignCallback,
    ): void {
      const { hash } = options as SigningRequestOptions;
      if (key.type === "ssh-rsa" && hash !== "sha256" && hash !== "sha512") {
        done?.(new Error("the server takes RSA signatures over SHA-1 alone"));
        return;
      }
      const signature: unknown = key.sign(data, hash);
      if (Buffer.isBuffer(signature)) done?.(null, signature);
      else done?.(new Error("the key does not sign"));
    }
  }
  return new Sha2Agent();
}
