import type { z } from "zod";
import { type Judged, passed, refused } from "../../refusal.ts";
import { MAX_ENTRY_BYTES } from "../tlog/bundle.ts";
import type { VerifierKey } from "../tlog/verifier-key.ts";
import { DECISION_TYPE, type DecisionRecord, decisionSchema } from "./decision.ts";
import { type Envelope, isEnvelopeSignedBy, parseEnvelope } from "./dsse.ts";
import { OUTCOME_TYPE, type OutcomeRecord, outcomeSchema } from "./outcome.ts";
import { PAYLOAD_TYPE } from "./statement.ts";

interface EntryBase {
  readonly envelope: Envelope;
  /** The in-toto Statement as it was signed, for showing whole. */
  readonly statement: unknown;
}

export type AuditEntry =
  | (EntryBase & { readonly kind: "decision"; readonly decision: DecisionRecord })
  | (EntryBase & { readonly kind: "outcome"; readonly outcome: OutcomeRecord });

export type EntryProblem =
  | "MALFORMED_ENTRY"
  /** Not signed by the log's key. */
  | "UNVERIFIED_ENTRY"
  /** Written for another log. */
  | "FOREIGN_ENTRY";

/** The entry that the bytes are, in every detail of the format. Nothing is verified. */
export function parseEntry(bytes: Uint8Array): Judged<AuditEntry, "MALFORMED_ENTRY"> {
  const envelope = bytes.length <= MAX_ENTRY_BYTES ? parseEnvelope(Buffer.from(bytes).toString()) : undefined;
  if (envelope === undefined) return malformed("it is not a DSSE envelope as this log writes it");
  if (envelope.payloadType !== PAYLOAD_TYPE) return malformed(`its payload is not ${PAYLOAD_TYPE}`);
  const statement = parseCanonicalJson(envelope.payload);
  if (statement === undefined) return malformed("its payload is not JSON in compact form");
  const type = typeOf(statement);
  if (type === DECISION_TYPE) {
    const { success, data, error } = decisionSchema.safeParse(statement);
    return success
      ? passed({ kind: "decision", envelope, statement, decision: data })
      : malformed(describe(error));
  }
  if (type === OUTCOME_TYPE) {
    const { success, data, error } = outcomeSchema.safeParse(statement);
    return success
      ? passed({ kind: "outcome", envelope, statement, outcome: data })
      : malformed(describe(error));
  }
  return malformed("its predicate is of no type that this log holds");
}

/** The entry, if the log that `key` is of signed it as its own. */
export function verifyEntry(bytes: Uint8Array, key: VerifierKey): Judged<AuditEntry, EntryProblem> {
  const parsed = parseEntry(bytes);
  if (!parsed.ok) return parsed;
  const entry = parsed.value;
  if (!isEnvelopeSignedBy(entry.envelope, key.publicKey)) {
    return problem("UNVERIFIED_ENTRY", "its signature was not made by the log's key");
  }
  const { verifier } = entry.kind === "decision" ? entry.decision : entry.outcome;
  if (verifier.origin !== key.name) {
    return problem("FOREIGN_ENTRY", `it was written for the log ${verifier.origin}`);
  }
  return parsed;
}

/** Undefined unless the value would be written as the same bytes: no spaces, no key given twice. */
function parseCanonicalJson(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

function typeOf(statement: unknown): unknown {
  return typeof statement === "object" && statement !== null && "predicateType" in statement
    ? statement.predicateType
    : undefined;
}

function describe(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}

type Problem<Code extends EntryProblem> = Extract<Judged<never, Code>, { ok: false }>;

function malformed(message: string): Problem<"MALFORMED_ENTRY"> {
  return problem("MALFORMED_ENTRY", message);
}

function problem<Code extends EntryProblem>(code: Code, message: string): Problem<Code> {
  return refused({ code, subject: "entry", message, remedy: "" });
}
