import type { GateHistory } from "../../gate/index.ts";
import type { KubeObject } from "../../kube/index.ts";
import { type ControllerStatus, type GateResult, toStatus } from "../status/index.ts";
import type { ControllerContext } from "./context.ts";
import { REQUESTED_AT } from "./watched.ts";

type Telling = Pick<ControllerContext, "books" | "reporter" | "now">;

/** What the gate's status says after a run that came to this. */
export function statusAfter(gate: KubeObject, result: GateResult, context: Telling): ControllerStatus {
  return toStatus({ ...runOf(gate, context), result, history: historyOf(gate, context) });
}

/** What it will say once the gate's last admission, which is being carried out, is. */
export function statusOnceApplied(gate: KubeObject, result: GateResult, context: Telling): ControllerStatus {
  const { last, lastAdmit: pending } = historyOf(gate, context);
  const lastAdmit = pending && { ...pending, outcome: "applied" as const };
  return toStatus({ ...runOf(gate, context), result, history: { last, lastAdmit } });
}

function runOf(gate: KubeObject, { reporter, now }: Telling) {
  const { generation = 0, annotations } = gate.metadata;
  const previous = reporter.statusOf(gate);
  return { previous, generation, requestedAt: annotations?.[REQUESTED_AT], now: now() };
}

function historyOf({ metadata: { namespace = "", name } }: KubeObject, { books }: Telling): GateHistory {
  return books.ledger.historyOf({ namespace, name });
}
