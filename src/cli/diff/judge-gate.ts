import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { API_VERSION, type GateStatus, loadResources, type Resources } from "../../api/index.ts";
import { resolveGate } from "../../controller/kubernetes/resolve.ts";
import { fieldsOf, keyOfObject } from "../../controller/kubernetes/watched.ts";
import {
  type Decision,
  type GateConfig,
  type GateStanding,
  judge,
  prepareGate,
  selectGates,
} from "../../gate/index.ts";
import { isOid } from "../../git/index.ts";
import type { KubeClient, KubeObject } from "../../kube/index.ts";
import { openToolCell } from "../cells.ts";
import { openWorkspace } from "../workspace.ts";

/** A gate with all that it names, as the cluster has it now. Throws ResourceError and KubeError. */
export async function fetchConfig(
  gate: KubeObject,
  client: KubeClient,
  policiesDir: string,
): Promise<GateConfig> {
  const named = new Map(
    (await fetchNamed(gate, client)).map((each) => [idOf(each.kind, keyOfObject(each)), each]),
  );
  const known = { get: (kind: string, key: string) => named.get(idOf(kind, key)) };
  const { resources } = await resolveGate(gate, { known, client, policiesDir });
  return selectOne(resources, keyOfObject(gate));
}

/** A gate with all that it names, from files. Throws ResourceError. */
export async function readConfig(files: readonly string[], label: string): Promise<GateConfig> {
  return selectOne(await loadResources(files), label);
}

/** Judges the head of the gate's branch as `sluice check` does, and leaves nothing behind. */
export async function judgeOnce(config: GateConfig, status: GateStatus): Promise<Decision> {
  const stateDir = await mkdtemp(join(tmpdir(), "sluice-diff-"));
  try {
    await using cell = openToolCell();
    await using workspace = await openWorkspace({ stateDir, cell });
    const gate = await prepareGate(config, workspace.policies);
    return await judge(gate, standingOf(config, status), workspace.stages);
  } finally {
    await rm(stateDir, { recursive: true, force: true });
  }
}

/** The audit log is the controller's; what was admitted last, the gate's status says too. */
function standingOf({ trust }: GateConfig, { admitted }: GateStatus): GateStanding {
  if (admitted === undefined || !isOid(admitted.revision)) return { start: trust.history.start };
  return { start: admitted.revision, admitted };
}

function selectOne(resources: Resources, label: string): GateConfig {
  const [config] = selectGates(resources, [label]);
  if (config === undefined) throw new TypeError(`gate ${label} was selected and is not there`);
  return config;
}

async function fetchNamed(gate: KubeObject, client: KubeClient): Promise<KubeObject[]> {
  const { trusts, policies } = fieldsOf(gate);
  const { namespace } = gate.metadata;
  const refs = [
    ...new Set(trusts.map(String))
      .values()
      .map((name) => ({ apiVersion: API_VERSION, kind: "TrustPolicy", namespace, name })),
    ...policies.map((name) => ({ apiVersion: API_VERSION, kind: "PolicyBundle", name: String(name) })),
  ];
  const found = await Promise.all(refs.map((ref) => client.get(ref)));
  return found.filter((object) => object !== undefined);
}

function idOf(kind: string, key: string): string {
  return `${kind} ${key}`;
}
