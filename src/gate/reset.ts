import type { FetchedSnapshot, Oid, RawTag } from "../git/index.ts";
import { judgeResets, type ResetBinding, type ResetVerdict, resetTagPrefix } from "../trust/index.ts";
import type { LogPosition } from "../verified.ts";
import type { GateHistory } from "./ledger.ts";
import type { PreparedGate } from "./prepare.ts";

/** What a gate let in last, and where the log has it. */
export interface LastAdmission {
  readonly revision: Oid;
  readonly entry: LogPosition;
}

export function lastAdmission({ lastAdmit }: GateHistory): LastAdmission | undefined {
  return lastAdmit && { revision: lastAdmit.decision.source.revision, entry: lastAdmit.entry };
}

/** What was decided about the tags that would take a gate back. */
export interface GateReset extends ResetVerdict {
  /** What was admitted last, and where the log has it. */
  readonly from: Oid;
  readonly entry: LogPosition;
}

/** Tags that take a gate back somewhere, and what each of them has to be about. */
export interface WayBack {
  readonly tags: readonly RawTag[];
  readonly binding: ResetBinding;
}

/** What a way back would have to be about; undefined where the policy lets nobody go back, or nothing was let in yet. */
export function bindingOf(
  { config, trust }: PreparedGate,
  admitted: LastAdmission | undefined,
): ResetBinding | undefined {
  if (trust.reset === undefined || admitted === undefined) return undefined;
  const { index, leafHash } = admitted.entry;
  return { gate: config.gate, from: admitted.revision, entry: { index, leafHash } };
}

export function prefixOfResets(binding: ResetBinding | undefined): string | undefined {
  return binding && resetTagPrefix(binding);
}

/** The way back that somebody signed, where history does not go on from what was let in last. */
export function findWayBack(
  fetched: FetchedSnapshot,
  binding: ResetBinding | undefined,
): WayBack | undefined {
  if (!fetched.ok || binding === undefined || fetched.value.range.descendsFromBase) return undefined;
  const { resets: tags } = fetched.value;
  return tags.length === 0 ? undefined : { tags, binding };
}

/** Where it leads by now. It is judged once more when the change is: fetching takes time. */
export async function followWayBack(way: WayBack, gate: PreparedGate, now: number): Promise<Oid | undefined> {
  return (await judgeWayBack(way, gate, now)).to;
}

export async function judgeWayBack(
  { tags, binding }: WayBack,
  { trust }: PreparedGate,
  now: number,
): Promise<GateReset> {
  return { from: binding.from, entry: binding.entry, ...(await judgeResets(tags, binding, trust, now)) };
}
