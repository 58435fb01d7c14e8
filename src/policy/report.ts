import type { Digest } from "../digest.ts";

/** What a rule found. */
export interface PolicyFinding {
  readonly bundle: string;
  /** As `sluice.object.<name>`. */
  readonly package: string;
  readonly rule: "deny" | "warn";
  readonly message: string;
  /** As `apps/v1 Deployment payments/api`; absent for what is about the change as a whole. */
  readonly object?: string;
  /** Where in the object, as the rule says it. */
  readonly path?: string;
  readonly remediation?: string;
  /** Of the rule's metadata. */
  readonly title?: string;
  readonly severity?: string;
  /** Control ids of the rule's metadata, such as `PCI-DSS-2.2.6`. */
  readonly controls: readonly string[];
}

export type PolicyFaultCode =
  /** It did not return in time. */
  | "POLICY_DEADLINE"
  /** It took more memory than it may. */
  | "POLICY_MEMORY"
  /** It stopped: conflicting rules, a builtin that failed. */
  | "POLICY_CRASHED"
  /** It gave something else than a set of strings or `{msg, path, remediation}` objects. */
  | "POLICY_RESULT"
  /** It gave more reasons than anybody reads. */
  | "TOO_MANY_FINDINGS";

/** A policy that could not be evaluated: nothing may pass it. */
export interface PolicyFault {
  readonly bundle: string;
  readonly code: PolicyFaultCode;
  readonly message: string;
}

export interface PolicyReport {
  /** Every bundle that was asked, by the digest of its sources and parameters. */
  readonly bundles: readonly { readonly name: string; readonly digest: Digest }[];
  readonly findings: readonly PolicyFinding[];
  readonly faults: readonly PolicyFault[];
}
