import { z } from "zod";
import { nameSchema } from "../../api/common.ts";
import { type Digest, sha256 } from "../../digest.ts";
import type { NonEmpty, Refusal } from "../../refusal.ts";
import {
  digestSetSchema,
  type GateName,
  gateNameSchema,
  gateUri,
  STATEMENT_TYPE,
  subjectSchema,
  timestampSchema,
  toDigestSet,
  toSubject,
  toTimestamp,
  toVerifier,
  verifierSchema,
} from "./statement.ts";

/** https://slsa.dev/spec/v1.1/verification_summary */
export const DECISION_TYPE = "https://slsa.dev/verification_summary/v1";
const SLSA_VERSION = "1.1";

/** The one field that is added to the summary; its specification asks for a name that is a URI. */
const DECISION_FIELD = "https://sluice.dev/decision/v1";

/** What an admitted change is certified as. SLSA levels are not what the gate establishes. */
const ADMITTED = "SLUICE_ADMITTED";

export interface NamedDigest {
  readonly name: string;
  readonly digest: Digest;
}

export interface DecisionReason extends Refusal {
  /** Where in the flow the change was refused. */
  readonly stage: string;
}

/** Somebody whose signatures the decision rests on. */
export interface DecisionSigner {
  readonly name: string;
  /** Fingerprint of the key. */
  readonly key: string;
  /** How many commits of the range were signed with it. */
  readonly commits: number;
}

export interface DecisionSource {
  /** Without credentials. */
  readonly url: string;
  readonly ref: string;
  /** The commit that was decided about. */
  readonly revision: string;
  /** The commit after which every commit had to be signed; absent where that is all of history. */
  readonly base?: string | undefined;
  /** The tag object at the ref; absent where the ref is no tag. */
  readonly tag?: string | undefined;
}

/** The trust that was decided by, and the one before it, where that was another. */
export interface DecidingTrust extends NamedDigest {
  readonly previous?: NamedDigest | undefined;
}

/** A submodule of the tree, and the trust that its commits were verified by. */
export interface DecisionSubmodule {
  readonly path: string;
  /** Without credentials. */
  readonly url: string;
  readonly revision: string;
  readonly trust: NamedDigest;
}

/** The deliberate way back that history goes on from, at `source.base`. */
export interface DecisionReset {
  /** What had been admitted last. */
  readonly from: string;
  /** Index of its entry. */
  readonly entry: number;
  /** Who signed for it, with which key. */
  readonly signers: readonly { readonly name: string; readonly key: string }[];
}

interface DecisionCommon {
  readonly gate: GateName;
  readonly source: DecisionSource;
  /** Milliseconds since the epoch. */
  readonly decidedAt: number;
  /** Of Sluice. */
  readonly version: string;
  readonly trust: DecidingTrust;
  readonly policies: readonly NamedDigest[];
  readonly signers: readonly DecisionSigner[];
  /** Absent where the tree has none. */
  readonly submodules?: readonly DecisionSubmodule[] | undefined;
  /** Absent where the gate was not taken back. */
  readonly reset?: DecisionReset | undefined;
  /** Digest of the full evidence, which stands beside the log. */
  readonly evidence: Digest;
}

export type DecisionStatementInput =
  | (DecisionCommon & { readonly verdict: "admit"; readonly manifests: Digest })
  | (DecisionCommon & {
      readonly verdict: "deny";
      /** Absent when the change was refused before anything was rendered. */
      readonly manifests?: Digest | undefined;
      readonly reasons: NonEmpty<DecisionReason>;
    });

/** How much of the lists stands in the entry; the counts and the evidence are always whole. */
export interface Listed {
  readonly reasons: readonly DecisionReason[];
  readonly signers: readonly DecisionSigner[];
}

export function toDecisionStatement(input: DecisionStatementInput, origin: string, listed: Listed): object {
  const admitted = input.verdict === "admit";
  return {
    _type: STATEMENT_TYPE,
    subject: toSubject({ ...input.source, manifests: input.manifests }),
    predicateType: DECISION_TYPE,
    predicate: {
      verifier: toVerifier({ origin, version: input.version }),
      timeVerified: toTimestamp(input.decidedAt),
      resourceUri: gateUri(origin, input.gate),
      policy: { uri: `${gateUri(origin, input.gate)}/policy`, digest: toDigestSet(policyDigest(input)) },
      verificationResult: admitted ? "PASSED" : "FAILED",
      verifiedLevels: [admitted ? ADMITTED : "FAILED"],
      slsaVersion: SLSA_VERSION,
      [DECISION_FIELD]: {
        gate: { namespace: input.gate.namespace, name: input.gate.name },
        source: { ref: input.source.ref, base: input.source.base, tag: input.source.tag },
        trust: { ...toNamed(input.trust), previous: input.trust.previous && toNamed(input.trust.previous) },
        policies: input.policies.map(toNamed),
        reasons: listed.reasons.map(({ stage, code, subject, message, remedy }) => {
          return { stage, code, subject, message, remedy };
        }),
        reasonCount: admitted ? 0 : input.reasons.length,
        signers: listed.signers.map(({ name, key, commits }) => ({ name, key, commits })),
        signerCount: input.signers.length,
        submodules: input.submodules?.map(({ trust, ...each }) => ({ ...each, trust: toNamed(trust) })),
        reset: input.reset,
        evidence: {
          uri: `evidence/sha256/${toDigestSet(input.evidence).sha256}`,
          digest: toDigestSet(input.evidence),
        },
      },
    },
  };
}

/** One digest for all that decided: a line for the trust policy, and one for each policy bundle, as given. */
export function policyDigest(input: Pick<DecisionCommon, "trust" | "policies">): Digest {
  const lines = [
    `trust ${input.trust.name} ${input.trust.digest}\n`,
    ...input.policies.map(({ name, digest }) => `policy ${name} ${digest}\n`),
  ];
  return sha256(lines.join(""));
}

function toNamed({ name, digest }: NamedDigest): object {
  return { name, digest: toDigestSet(digest) };
}

const namedSchema = z.object({ name: nameSchema, digest: digestSetSchema });
const countSchema = z.int().min(0);

const extensionSchema = z.object({
  gate: gateNameSchema,
  source: z.object({ ref: z.string().min(1), base: z.string().optional(), tag: z.string().optional() }),
  trust: namedSchema.extend({ previous: namedSchema.optional() }),
  policies: z.array(namedSchema),
  reasons: z.array(
    z.object({
      stage: z.string(),
      code: z.string(),
      subject: z.string(),
      message: z.string(),
      remedy: z.string(),
    }),
  ),
  reasonCount: countSchema,
  signers: z.array(z.object({ name: z.string(), key: z.string(), commits: countSchema })),
  signerCount: countSchema,
  submodules: z
    .array(z.object({ path: z.string(), url: z.string(), revision: z.string(), trust: namedSchema }))
    .optional(),
  reset: z
    .object({
      from: z.string(),
      entry: countSchema,
      signers: z.array(z.object({ name: z.string(), key: z.string() })),
    })
    .optional(),
  evidence: z.object({ digest: digestSetSchema }),
});

const statementSchema = z.object({
  _type: z.literal(STATEMENT_TYPE),
  subject: subjectSchema,
  predicateType: z.literal(DECISION_TYPE),
  predicate: z.object({
    verifier: verifierSchema,
    timeVerified: timestampSchema,
    resourceUri: z.string(),
    policy: z.object({ digest: digestSetSchema }),
    verificationResult: z.enum(["PASSED", "FAILED"]),
    verifiedLevels: z.array(z.string()),
    [DECISION_FIELD]: extensionSchema,
  }),
});

/** What was decided, read back. A field that repeats another must agree with it. */
export const decisionSchema = statementSchema.transform(({ subject, predicate }, context) => {
  const { verifier, timeVerified, verificationResult, [DECISION_FIELD]: field } = predicate;
  const verdict = verificationResult === "PASSED" ? ("admit" as const) : ("deny" as const);
  const agrees =
    predicate.resourceUri === gateUri(verifier.origin, field.gate) &&
    predicate.policy.digest === policyDigest(field) &&
    predicate.verifiedLevels.includes(verdict === "admit" ? ADMITTED : "FAILED") &&
    (verdict === "admit"
      ? field.reasonCount === 0 && subject.manifests !== undefined
      : field.reasonCount > 0) &&
    field.reasons.length <= field.reasonCount &&
    field.signers.length <= field.signerCount;
  if (!agrees) {
    context.addIssue({ code: "custom", message: "the fields of the decision contradict each other" });
    return z.NEVER;
  }
  const { manifests, url, revision } = subject;
  return {
    ...field,
    verdict,
    verifier,
    decidedAt: timeVerified,
    source: { url, revision, ...field.source },
    manifests,
    evidence: field.evidence.digest,
  };
});

export type DecisionRecord = z.output<typeof decisionSchema>;
