import { type Oid, parseTag, type RawTag } from "../git/index.ts";
import type { Refusal } from "../refusal.ts";
import { judgeTag, type NamedTagRecord, TAG_REMEDIES, type TagCode } from "./judge-tag.ts";
import { bindsReset, type ResetBinding } from "./reset-message.ts";
import type { Trust } from "./trust.ts";

/**
 * Why a tag takes a gate back nowhere, beside what may be wrong with the tag:
 *
 * - `RESET_NOT_ALLOWED`: its signer lacks the role that the policy asks for.
 * - `RESET_FOR_ANOTHER`: it is about another gate, or about an admission that is not the last one any more.
 * - `RESET_INCOMPLETE`: not enough people have signed for this commit.
 * - `RESET_AMBIGUOUS`: enough people have signed for two commits.
 */
export type ResetCode =
  | TagCode
  | "RESET_NOT_ALLOWED"
  | "RESET_FOR_ANOTHER"
  | "RESET_INCOMPLETE"
  | "RESET_AMBIGUOUS";

export interface ResetRecord extends Omit<NamedTagRecord, "code"> {
  readonly code: ResetCode | null;
}

export interface ResetVerdict {
  /** One for each tag. */
  readonly records: readonly ResetRecord[];
  /** The commit that history goes on from; undefined where the tags do not say so. */
  readonly to: Oid | undefined;
  /** Why there is none. */
  readonly refusals: readonly Refusal<ResetCode>[];
}

const REMEDIES: Readonly<Record<ResetCode, string>> = {
  ...TAG_REMEDIES,
  RESET_NOT_ALLOWED: "have somebody with the role that `history.reset` names run `sluice reset`",
  RESET_FOR_ANOTHER: "run `sluice reset` again: it signs what the gate admitted last",
  RESET_INCOMPLETE: "have another person with that role run `sluice reset` with the same commit",
  RESET_AMBIGUOUS: "delete the tags for all but one commit",
};

/** What a policy asks of those who take a gate back. */
export interface ResetRule {
  readonly role: string;
  /** Of distinct people. */
  readonly count: number;
}

/**
 * Whether people who may do so have taken the gate back, and where to. Pure: by the trust and the time that are given.
 * A tag says for itself what it is about, so that none can be used again, or for another gate.
 */
export async function judgeResets(
  tags: readonly RawTag[],
  binding: ResetBinding,
  trust: Trust,
  now: number,
): Promise<ResetVerdict> {
  const rule = trust.reset;
  if (rule === undefined) return { records: [], to: undefined, refusals: [] };
  const records = await Promise.all(tags.map((tag) => judgeOne(tag, binding, trust, rule, now)));
  const refusals = records.flatMap(({ code, ref, message }) =>
    code === null ? [] : [refusal(code, `tag ${ref}`, message)],
  );
  const good = records.filter(({ code }) => code === null);
  const [choice, ...others] = [...Map.groupBy(good, ({ target }) => target)]
    .map(([target, of]) => ({ target, people: new Set(of.map(({ signer }) => signer)).size }))
    .toSorted((a, b) => b.people - a.people);
  if (choice?.target == null) return { records, to: undefined, refusals };
  const problem = judgeChoice({ ...choice, target: choice.target }, others, rule);
  if (problem !== undefined) return { records, to: undefined, refusals: [...refusals, problem] };
  return { records, to: choice.target, refusals: [] };
}

interface Choice {
  readonly target: string | null;
  readonly people: number;
}

function judgeChoice(
  { target, people }: Choice,
  others: readonly Choice[],
  { role, count }: ResetRule,
): Refusal<ResetCode> | undefined {
  if (people < count) {
    return refusal(
      "RESET_INCOMPLETE",
      `commit ${target}`,
      `${people} of ${count} people with the role ${role} have taken the gate back to it`,
    );
  }
  const other = others.find((each) => each.people >= count);
  if (other === undefined) return undefined;
  return refusal(
    "RESET_AMBIGUOUS",
    `commit ${target}`,
    `enough people have taken the gate back to it, and to ${other.target}`,
  );
}

async function judgeOne(
  tag: RawTag,
  binding: ResetBinding,
  trust: Trust,
  { role }: ResetRule,
  now: number,
): Promise<ResetRecord> {
  const record = await judgeTag(tag, trust, now);
  if (record.code !== null) return record;
  const parsed = parseTag(tag.object.bytes);
  if (!parsed.ok || !bindsReset(parsed.value.message, binding)) {
    const about = `not about entry ${binding.entry.index} of this gate's log`;
    return { ...record, ...refused("RESET_FOR_ANOTHER", `the tag is ${about}`) };
  }
  if (record.roles.includes(role)) return record;
  return { ...record, ...refused("RESET_NOT_ALLOWED", `${record.signer} lacks the role ${role}`) };
}

function refused(code: ResetCode, message: string): Pick<ResetRecord, "verdict" | "code" | "message"> {
  return { verdict: "refused", code, message };
}

function refusal(code: ResetCode, subject: string, message: string): Refusal<ResetCode> {
  return { code, subject, message, remedy: REMEDIES[code] };
}
