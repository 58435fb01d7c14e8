import { z } from "zod";
import type { Digest } from "../../digest.ts";
import type { LogPosition } from "../../verified.ts";
import {
  type GateName,
  gateNameSchema,
  STATEMENT_TYPE,
  subjectSchema,
  timestampSchema,
  toSubject,
  toTimestamp,
  toVerifier,
  verifierSchema,
} from "./statement.ts";

export const OUTCOME_TYPE = "https://sluice.dev/outcome/v1";

/**
 * `applied`: the target now holds the admitted manifests. `unchanged`: it held them already. `failed`: it
 * does not hold them, and the message says why. `superseded`: another change was admitted before this one
 * was applied. `removed`: the gate is deleted, and what it has is taken away or let go of from here on.
 */
const OUTCOME_RESULTS = ["applied", "unchanged", "failed", "superseded", "removed"] as const;
export type OutcomeResult = (typeof OUTCOME_RESULTS)[number];

/** A list that may be longer than what is written of it. */
export interface Listed<T> {
  readonly total: number;
  readonly first: readonly T[];
}

/** Something that an admitted object had become, and that was put back. Holds no values. */
export interface DriftRecord {
  /** As `apps/v1 Deployment payments/api`. */
  readonly object: string;
  /** `missing`: it was gone. `replaced`: made anew by somebody. `changed`: fields of ours. `added`: fields of others. */
  readonly what: "missing" | "replaced" | "changed" | "added";
  /** As `spec.replicas`; empty where the whole object is meant. */
  readonly fields: readonly string[];
  /** Field managers that own these fields instead. */
  readonly managers: readonly string[];
}

/** What becomes of an admitted change. Only what was admitted has an outcome, and only one before it is `removed`. */
export interface OutcomeStatementInput {
  readonly gate: GateName;
  /** As in the decision. */
  readonly source: { readonly url: string; readonly revision: string };
  readonly manifests: Digest;
  /** Where the decision stands that was carried out. */
  readonly decision: LogPosition;
  readonly result: OutcomeResult;
  readonly message: string;
  /** Objects that were taken away with it; where it is `removed`, those that are going to be. */
  readonly pruned?: Listed<string> | undefined;
  /** What was put back by it. */
  readonly drift?: Listed<DriftRecord> | undefined;
  /** Milliseconds since the epoch. */
  readonly observedAt: number;
  /** Of Sluice. */
  readonly version: string;
}

export function toOutcomeStatement(input: OutcomeStatementInput, origin: string): object {
  return {
    _type: STATEMENT_TYPE,
    subject: toSubject({ ...input.source, manifests: input.manifests }),
    predicateType: OUTCOME_TYPE,
    predicate: {
      verifier: toVerifier({ origin, version: input.version }),
      timeObserved: toTimestamp(input.observedAt),
      gate: { namespace: input.gate.namespace, name: input.gate.name },
      decision: { index: input.decision.index, leafHash: input.decision.leafHash },
      result: input.result,
      message: input.message,
      ...(input.pruned !== undefined && { pruned: input.pruned }),
      ...(input.drift !== undefined && { drift: input.drift }),
    },
  };
}

const driftSchema = z.object({
  object: z.string(),
  what: z.enum(["missing", "replaced", "changed", "added"]),
  fields: z.array(z.string()),
  managers: z.array(z.string()),
});

function listed<T extends z.ZodType>(item: T) {
  return z.object({ total: z.int().min(1), first: z.array(item) }).exactOptional();
}

export const outcomeSchema = z
  .object({
    _type: z.literal(STATEMENT_TYPE),
    subject: subjectSchema,
    predicateType: z.literal(OUTCOME_TYPE),
    predicate: z.object({
      verifier: verifierSchema,
      timeObserved: timestampSchema,
      gate: gateNameSchema,
      decision: z.object({ index: z.int().min(0), leafHash: z.string().regex(/^[0-9a-f]{64}$/) }),
      result: z.enum(OUTCOME_RESULTS),
      message: z.string(),
      pruned: listed(z.string()),
      drift: listed(driftSchema),
    }),
  })
  .transform(({ subject, predicate }) => {
    const { timeObserved, ...rest } = predicate;
    const { manifests, url, revision } = subject;
    return { ...rest, observedAt: timeObserved, source: { url, revision }, manifests };
  });

export type OutcomeRecord = z.output<typeof outcomeSchema>;
