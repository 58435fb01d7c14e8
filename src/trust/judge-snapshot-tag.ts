import type { Snapshot } from "../git/index.ts";
import type { Refusal } from "../refusal.ts";
import { judgeMover, type RuleCode } from "./assess-rules.ts";
import { judgeTag, type NamedTagRecord, TAG_REMEDIES, type TagCode } from "./judge-tag.ts";
import { REMEDIES } from "./remedies.ts";
import type { Trust } from "./trust.ts";

/** What was decided about the tag that a snapshot was fetched by. */
export interface SnapshotTagVerdict {
  readonly record: NamedTagRecord;
  readonly refusals: readonly Refusal<TagCode | RuleCode>[];
}

/**
 * Whoever moves a tag chooses what is rendered, as whoever moves a branch does with a commit; so a tag has to be signed
 * by somebody who might have signed a commit that changes nothing. What it brings is judged commit by commit besides.
 */
export async function judgeSnapshotTag(
  { tag, head }: Snapshot,
  trust: Trust,
  now: number,
): Promise<SnapshotTagVerdict | undefined> {
  if (tag === undefined) return undefined;
  const record = await judgeTag(tag, trust, now);
  const { ref, code, message, signer, roles, target } = record;
  if (code !== null) return { record, refusals: [refusal(code, ref, message, TAG_REMEDIES[code])] };
  if (target !== head) throw new TypeError(`${ref} names ${target}, and ${head} was read for it`);
  const problem = signer === null ? undefined : judgeMover(trust, { signer, roles });
  if (problem === undefined) return { record, refusals: [] };
  return { record, refusals: [refusal(problem.code, ref, problem.message, REMEDIES[problem.code])] };
}

function refusal<C extends string>(code: C, subject: string, message: string, remedy: string): Refusal<C> {
  return { code, subject, message, remedy };
}
