import type { ImageEvidence } from "../artifacts/index.ts";
import type { Digest } from "../digest.ts";
import type { Oid } from "../git/index.ts";
import type { PolicyFinding } from "../policy/index.ts";
import type { NonEmpty, Refusal } from "../refusal.ts";
import type { Manifests } from "../render/index.ts";
import type { CommitRecord, NamedTagRecord } from "../trust/index.ts";
import type { Verified } from "../verified.ts";
import type { GateReset } from "./reset.ts";

/** Where in the flow a change was refused. */
export type Stage = "fetch" | "verify" | "render" | "attest" | "evaluate";

/** Why a change was refused, and where. */
export interface Reason extends Refusal {
  readonly stage: Stage;
}

export interface Named {
  readonly name: string;
  readonly digest: Digest;
}

/** The trust that was decided by; where the decision before was made under another, which that was. */
export interface DecidingTrust extends Named {
  readonly previous?: Named;
}

/** What was asked to pass: which commit at which ref, and since when it had to be verified. */
export interface ChangeSource {
  /** Without credentials. */
  readonly url: string;
  /** The one that was chosen, where a range of versions is followed; the commit's id where that is. */
  readonly ref: string;
  readonly head: Oid;
  /** What the ref holds, where it is a tag: the tag object. */
  readonly tag?: Oid;
  /** Exclusive: the last admitted commit, or where trust begins; absent where all history counts. */
  readonly base: Oid | undefined;
  readonly changedPaths: readonly string[];
}

/** What a submodule was pinned to, and who had signed that. */
export interface SubmoduleRecord {
  readonly path: string;
  /** Without credentials. */
  readonly url: string;
  readonly revision: Oid;
  readonly trust: Named;
  readonly commits: readonly CommitRecord[];
}

interface DecisionBase {
  readonly gate: { readonly namespace: string; readonly name: string };
  /** Milliseconds since the epoch: the time that keys and policies were judged at. */
  readonly at: number;
  readonly source: ChangeSource;
  readonly trust: DecidingTrust;
  readonly policies: readonly Named[];
  readonly commits: readonly CommitRecord[];
  /** Of the tag at the ref; absent where that is none, or nobody came to look at it. */
  readonly tag?: NamedTagRecord;
  /** Absent where the tree has none. */
  readonly submodules?: readonly SubmoduleRecord[];
  /** Absent where nobody would take the gate back. */
  readonly reset?: GateReset;
  readonly images: readonly ImageEvidence[];
  readonly findings: readonly PolicyFinding[];
}

export interface Admit extends DecisionBase {
  readonly verdict: "admit";
  /** Pinned to the digests that were verified. */
  readonly manifests: Verified<Manifests>;
}

export interface Deny extends DecisionBase {
  readonly verdict: "deny";
  readonly reasons: NonEmpty<Reason>;
}

export type Decision = Admit | Deny;
