/**
 * A refusal is an answer, not an error: the gate looked, understood, and says no. Faults (network, disk,
 * a bug) are thrown as {@link Fault} instead and can never let anything through.
 */
export interface Refusal<Code extends string = string> {
  /** Stable and machine-readable; tests and dashboards rely on it. */
  readonly code: Code;
  /** What is refused: a commit oid, `file:line`, an object (`apps/v1 Deployment payments/api`), an image. */
  readonly subject: string;
  /** One sentence: what was found, and what was expected. */
  readonly message: string;
  /** What a person can do about it. */
  readonly remedy: string;
}

export type NonEmpty<T> = readonly [T, ...T[]];

/** What a judging function answers: the value it vouches for, or why not. */
export type Judged<T, Code extends string = string> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusals: NonEmpty<Refusal<Code>> };

export function passed<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function refused<Code extends string>(
  ...refusals: [Refusal<Code>, ...Refusal<Code>[]]
): { readonly ok: false; readonly refusals: NonEmpty<Refusal<Code>> } {
  return { ok: false, refusals };
}

export function isNonEmpty<T>(list: readonly T[]): list is NonEmpty<T> {
  return list.length > 0;
}
