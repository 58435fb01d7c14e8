import type { Certified, Keyring, Scheme } from "../signatures/index.ts";
import type { ResetRule } from "./judge-resets.ts";
import type { People } from "./people.ts";
import { type CommitRule, ignorePaths } from "./rules.ts";
import type { Window } from "./window.ts";

/** What one key stands for, and when. */
export interface Grant extends Window {
  readonly signer: string;
  readonly roles: readonly string[];
}

/** What an authority's certificates stand for: whose they are, they say themselves. */
export interface AuthorityGrants {
  /** One for each person whom the certificate names; none where they are nobody whom the authority may name. */
  grantsOf(certified: Certified): readonly Grant[];
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
  /** By {@link grantKey} of an authority: an SSH key's fingerprint, or the name of an X.509 authority. */
  readonly authorities: ReadonlyMap<string, AuthorityGrants>;
  readonly rules: readonly CommitRule[];
  /** Whom the policy names; nobody where trust is not from a policy. */
  readonly people: People;
  readonly fastForwardOnly: boolean;
  /** Who may take a gate back; undefined where nobody may. */
  readonly reset?: ResetRule | undefined;
  readonly clock: WindowClock;
}

/** `trusted` is what a good signature goes back to: a key, an identity, or an authority. */
export function grantKey(scheme: Scheme, trusted: string): string {
  return `${scheme} ${trusted}`;
}

/** Whether commits must come with the paths that they change; reading those is most of the work. */
export function asksForPaths({ rules }: Trust): boolean {
  return !ignorePaths(rules);
}

/** Whether a rule asks for approvals at all. */
export function countsApprovals({ rules }: Trust): boolean {
  return rules.some(({ approvedBy }) => approvedBy !== undefined);
}

/** Whether tags and notes must be looked for; merges are in the history itself. */
export function asksForApprovals({ rules }: Trust): boolean {
  return rules.some(({ approvedBy }) => approvedBy?.via.some((via) => via !== "merge"));
}
