import { attest } from "../artifacts/index.ts";
import type { DecisionRecord } from "../audit/index.ts";
import { type FetchedSnapshot, fetchSnapshot, readFetched } from "../git/index.ts";
import { render } from "../render/index.ts";
import { type ResetBinding, verifySnapshot } from "../trust/index.ts";
import { decide, type Findings } from "./decide.ts";
import type { Decision } from "./decision.ts";
import { toPolicyInput } from "./policy-input.ts";
import type { PreparedGate } from "./prepare.ts";
import type { RangeStart } from "./range-start.ts";
import { redactRefusals } from "./redact.ts";
import {
  bindingOf,
  findWayBack,
  followWayBack,
  judgeWayBack,
  type LastAdmission,
  prefixOfResets,
  type WayBack,
} from "./reset.ts";
import type { Stages, TimeStage } from "./stages.ts";
import {
  type FetchedSubmodule,
  fetchSubmodules,
  mountVerified,
  readSubmodules,
  verifySubmodules,
} from "./submodules.ts";

/**
 * The flow, from a ref to a decision. Each stage takes the type that only the stage before can make, and the first
 * that refuses ends it. A fault is thrown: then there is no decision, and nothing changes.
 */
export async function judge(
  gate: PreparedGate,
  { start, admitted }: GateStanding,
  stages: Stages,
): Promise<Decision> {
  const { timed = untimed } = stages;
  const binding = bindingOf(gate, admitted);
  const fetched = await timed("fetch", () => fetchChange(gate, { start, binding }, stages));
  const way = findWayBack(fetched, binding);
  const to = way && (await followWayBack(way, gate, stages.now()));
  const continued =
    to === undefined
      ? fetched
      : await timed("fetch", () => fetchChange(gate, { start: to, binding }, stages));
  const parts =
    gate.submodules.length === 0
      ? []
      : await timed("fetch", () => fetchSubmodules(continued, gate.submodules, stages));
  return judgeFetched(gate, { fetched: continued, parts, way }, stages);
}

/** Where a gate stands before it looks. */
export interface GateStanding {
  readonly start: RangeStart;
  /** Absent while nothing was let in. */
  readonly admitted?: LastAdmission | undefined;
}

/** Judges anew what was admitted before and still stands, whatever the ref holds by now. */
export async function judgeStanding(
  gate: PreparedGate,
  { ref, revision }: Pick<DecisionRecord["source"], "ref" | "revision">,
  stages: Stages,
): Promise<Decision> {
  const { url, credentials, path } = gate.config;
  const fetched = await readFetched({
    url,
    ...(credentials !== undefined && { auth: credentials }),
    ref,
    head: revision,
    path,
    submodules: pathsOf(gate),
    stateDir: stages.gitDir,
  });
  const parts = await readSubmodules(fetched, gate.submodules, stages);
  return judgeFetched(gate, { fetched, parts }, stages);
}

/** All that was fetched for one decision. */
interface Fetched {
  readonly fetched: FetchedSnapshot;
  readonly parts: readonly FetchedSubmodule[];
  readonly way?: WayBack | undefined;
}

async function judgeFetched(
  gate: PreparedGate,
  { fetched, parts, way }: Fetched,
  stages: Stages,
): Promise<Decision> {
  const { timed = untimed } = stages;
  const at = stages.now(); // after the fetch: a slow server does not make an expired key count
  const reset = way && (await judgeWayBack(way, gate, at));
  const known = { ...toFindings(gate, fetched, at), ...(reset && { reset }) };
  if (!fetched.ok) return decide({ ...known, fetch: fetched.refusals });

  const [verify, submodules] = await timed("verify", async () => [
    await verifySnapshot(fetched.value, gate.trust, at),
    await verifySubmodules(parts, at),
  ]);
  const found = { ...known, ...(submodules.length > 0 && { submodules }) };
  const snapshot = verify.verified && mountVerified(verify.verified, submodules);
  if (snapshot === undefined) return decide({ ...found, verify });

  const rendered = await timed("render", () => render(snapshot, gate.config.path, gate.bounds, stages.cell));
  if (!rendered.ok) {
    const refusals = redactRefusals(rendered.refusals, snapshot.files);
    return decide({ ...found, verify, render: { ok: false, refusals } });
  }

  const artifacts = await timed("attest", () =>
    attest(rendered.value, gate.artifactRules, stages.registry, at),
  );
  if (artifacts.verified === undefined)
    return decide({ ...found, verify, render: rendered, attest: artifacts });

  const { verified: manifests } = artifacts;
  const input = toPolicyInput({ ...found, commits: verify.records, artifacts, manifests });
  const evaluate = await timed("evaluate", () => stages.policies.evaluate(gate.bundles, input));
  return decide({ ...found, verify, render: rendered, attest: artifacts, evaluate });
}

const untimed: TimeStage = (_, run) => run();

function fetchChange(
  gate: PreparedGate,
  { start, binding }: { readonly start: RangeStart; readonly binding: ResetBinding | undefined },
  { gitDir, sharing }: Stages,
): Promise<FetchedSnapshot> {
  const { url, ref, credentials, path } = gate.config;
  return fetchSnapshot({
    url,
    ref,
    ...(credentials !== undefined && { auth: credentials }),
    stateDir: gitDir,
    base: start === "root" ? undefined : start,
    path,
    submodules: pathsOf(gate),
    withChangedPaths: gate.withChangedPaths,
    resets: prefixOfResets(binding),
    withApprovals: gate.withApprovals,
    sharing,
  });
}

function pathsOf({ submodules }: PreparedGate): string[] {
  return submodules.map(({ config }) => config.path);
}

function toFindings({ config, policies }: PreparedGate, fetched: FetchedSnapshot, at: number): Findings {
  const { ref, head, base, tag } = fetched;
  const changedPaths = fetched.ok ? fetched.value.changedPaths : [];
  return {
    gate: config.gate,
    at,
    source: { url: config.url, ref, head, base, ...(tag !== undefined && { tag }), changedPaths },
    trust: { name: config.trust.name, digest: config.trust.digest },
    policies,
    fetch: [],
  };
}
