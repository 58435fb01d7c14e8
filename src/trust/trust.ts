import type { Keyring, Scheme } from "../signatures/index.ts";
import { type CommitRule, ignorePaths } from "./rules.ts";

/** What one key stands for, and when: the window is [validAfter, validBefore). */
export interface Grant {
  readonly signer: string;
  readonly roles: readonly string[];
  readonly validAfter: number;
  readonly validBefore: number;
}

/** What an authority's certificates stand for: whose they are, they say themselves. */
export interface AuthorityGrant extends Omit<Grant, "signer"> {
  /** The person among a certificate's principals; undefined where they are nobody whom the authority may name. */
  nameSigner(principals: readonly string[]): string | undefined;
}

/**
 * At which times a key's window must be open.
 *
 * - `gate`: when the commit says it was made, and now. A window that has closed lets nothing in any more,
 *   however old a commit claims to be.
 * - `git`: when the commit says it was made, as `git log` asks ssh-keygen about an `allowed_signers` file. It
 *   answers "who signed this history", not "may this go in today".
 */
export type WindowClock = "gate" | "git";

/** Compiled trust: keys imported, patterns checked. It holds no verdict. */
export interface Trust {
  readonly keyring: Keyring;
  /** By {@link grantKey}. Several only in an `allowed_signers` file, where any one that is open counts. */
  readonly grants: ReadonlyMap<string, readonly Grant[]>;
  /** By the fingerprint of an authority for SSH certificates. */
  readonly authorities: ReadonlyMap<string, readonly AuthorityGrant[]>;
  readonly rules: readonly CommitRule[];
  readonly fastForwardOnly: boolean;
  readonly clock: WindowClock;
}

export function grantKey(scheme: Scheme, trustedKey: string): string {
  return `${scheme} ${trustedKey}`;
}

export const ALWAYS = {
  validAfter: Number.NEGATIVE_INFINITY,
  validBefore: Number.POSITIVE_INFINITY,
} as const;

/** Whether commits must come with the paths that they change; reading those is most of the work. */
export function asksForPaths({ rules }: Trust): boolean {
  return !ignorePaths(rules);
}
