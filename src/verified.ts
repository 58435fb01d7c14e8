declare const verified: unique symbol;
declare const recorded: unique symbol;

/**
 * Data that a verifier has vouched for. The brand exists in types alone; only the verifier of a folder
 * (`trust/verify`, `artifacts/attest`) may cast to it, so a stage that asks for `Verified<T>` cannot be
 * handed data nobody looked at.
 */
export type Verified<T> = T & { readonly [verified]: true };

/** A decision that is durable in the audit log. Only `gate/record` may cast to it; `apply` asks for it. */
export type Recorded<T> = T & { readonly [recorded]: true; readonly entry: LogPosition };

/** Where an entry stands in the audit log. */
export interface LogPosition {
  /** Zero-based leaf index. */
  readonly index: number;
  /** RFC 6962 leaf hash, lower-case hex. */
  readonly leafHash: string;
}
