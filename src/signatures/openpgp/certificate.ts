import type { AnyKeyPacket } from "openpgp";
import type { Weakness } from "./algorithms.ts";

/**
 * A self-signature that is cryptographically good: what the key's owner said, when, and until when.
 * Whether it holds is a question of time, and asked at every judgement.
 */
export interface Statement {
  readonly createdAt: number;
  /** When the statement itself lapses; Infinity if never. */
  readonly expiresAt: number;
  /** When, by this statement, the key expires; Infinity if never. */
  readonly keyExpiresAt: number;
  /** Whether the key may sign data; undefined where the statement carries no key flags. */
  readonly maySign: boolean | undefined;
}

/**
 * A revocation. A hard one (compromised, or no reason given) reaches back over all time; a soft one
 * (retired, superseded) holds from the moment it was made. RFC 9580 section 5.2.3.31.
 */
export interface Revocation {
  readonly createdAt: number;
  readonly hard: boolean;
}

/** What statements are about: the key as such (for a subkey, its binding), or one of its user ids. */
export interface Subject {
  readonly kind: "key" | "user id";
  /** The user id; empty for the key. */
  readonly id: string;
  readonly statements: readonly Statement[];
  readonly revocations: readonly Revocation[];
}

/** What judging a key at some time needs to know, and nothing of its mathematics. */
export interface KeyFacts {
  /** Upper-case hexadecimal, as gpg prints it. */
  readonly fingerprint: string;
  readonly createdAt: number;
  readonly subjects: readonly Subject[];
  /** Of the key itself, not of one subject. */
  readonly revocations: readonly Revocation[];
}

/** A primary key or a subkey. */
export interface Component extends KeyFacts {
  /** Lower-case hexadecimal, 16 digits. */
  readonly keyId: string;
  readonly packet: AnyKeyPacket;
  readonly weakness: Weakness | undefined;
}

/** An OpenPGP certificate ("public key") reduced to the facts that judging needs. */
export interface Certificate {
  /** As the key says them, in its order: for showing, and never proof of who anybody is. */
  readonly userIds: readonly string[];
  readonly primary: Component;
  readonly subkeys: readonly Component[];
}

/** All that two copies of one certificate say: a revocation in either counts, so does a renewal. */
export function mergeCertificates(one: Certificate, other: Certificate): Certificate {
  return {
    userIds: [...new Set([...one.userIds, ...other.userIds])],
    primary: mergeComponents(one.primary, other.primary),
    subkeys: mergeBy([...one.subkeys, ...other.subkeys], ({ fingerprint }) => fingerprint, mergeComponents),
  };
}

function mergeComponents(one: Component, other: Component): Component {
  return {
    ...one,
    subjects: mergeBy([...one.subjects, ...other.subjects], ({ kind, id }) => `${kind} ${id}`, mergeSubjects),
    revocations: [...one.revocations, ...other.revocations],
  };
}

function mergeSubjects(one: Subject, other: Subject): Subject {
  return {
    ...one,
    statements: [...one.statements, ...other.statements],
    revocations: [...one.revocations, ...other.revocations],
  };
}

/** One item a key, in the order of first appearance. */
export function mergeBy<T>(items: readonly T[], keyOf: (item: T) => string, merge: (a: T, b: T) => T): T[] {
  const merged = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    const earlier = merged.get(key);
    merged.set(key, earlier === undefined ? item : merge(earlier, item));
  }
  return [...merged.values()];
}
