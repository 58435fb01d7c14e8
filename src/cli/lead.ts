import { HealthChecks } from "../apply/cluster/index.ts";
import type { Cell } from "../cell/index.ts";
import {
  Acts,
  ALONE,
  ClusterTargets,
  type Controller,
  isWaiting,
  type Leadership,
  type Logger,
  monotonicClock,
  Reconciler,
  Reporter,
} from "../controller/kubernetes/index.ts";
import type { KubeClient } from "../kube/index.ts";
import type { Metrics } from "../server/index.ts";
import { openBooks } from "./books.ts";
import { ExitCode } from "./io.ts";
import type { Presence } from "./presence.ts";
import { aborted } from "./signals.ts";
import { openWorkspace } from "./workspace.ts";

/** Most runs end by themselves in that time; the others are judging, and are left where they are. */
const ENDING_MS = 1_000;
/** What has begun to change the cluster is waited for, within what a Pod is given to end. */
const SETTLING_MS = 20_000;

export interface LeadOptions {
  readonly stateDir: string;
  readonly policiesDir: string;
  readonly defaultServiceAccount: string | undefined;
  /** Milliseconds. */
  readonly minInterval: number;
  /** Who this process is, as Events say it. */
  readonly identity: string;
  readonly cell: Cell;
  /** For rules that tenants write. */
  readonly healthCell: Cell;
  readonly client: KubeClient;
  readonly controller: Controller;
  readonly leadership: Leadership;
  readonly metrics: Metrics;
  readonly presence: Presence;
  readonly log: Logger;
  readonly stopping: AbortSignal;
}

/**
 * Acts, until it is told to stop or the right to is lost. Then nothing is under way any more when it returns; where that
 * cannot be had, the process ends instead, and the Lease runs out by itself.
 */
export async function lead(options: LeadOptions): Promise<ExitCode> {
  const { controller, leadership, log, presence, stopping } = options;
  const acts = new Acts(leadership, monotonicClock);
  await using books = await openBooks(options.stateDir, leadership === ALONE ? {} : { lease: leadership });
  await using workspace = await openWorkspace({ stateDir: options.stateDir, cell: options.cell });
  const { client, identity, policiesDir, minInterval, metrics } = options;
  const reporter = new Reporter({ client, identity, now: Date.now, log });
  await using targets = openTargets(options, reporter);
  const reconciler = new Reconciler({
    known: controller.watches,
    client,
    policiesDir,
    minInterval,
    books,
    stages: workspace.stages,
    policies: workspace.policies,
    targets,
    acts,
    makeKnown: (gate, revision) => controller.makeKnown(gate, revision),
    reporter,
    telemetry: metrics,
    log,
    clock: monotonicClock,
    now: Date.now,
  });
  presence.lead(() => books.log.size);
  controller.begin((key, askedAt) => reconciler.run(key, askedAt));
  log.info({ identity, entries: books.log.size }, "leading");
  const lost = leadership.lost.then(() => endAtOnce(log, "LEASE_LOST", "another replica may act by now"));
  await Promise.race([aborted(stopping), lost]);
  presence.leave();
  acts.forbid();
  const ended = await controller.stop(ENDING_MS);
  if (!ended && !(await acts.settle(SETTLING_MS)))
    endAtOnce(log, "NOT_SETTLED", "what was begun does not end in time");
  log.info("stopped");
  return ExitCode.passed;
}

function openTargets(
  { client, healthCell, controller, defaultServiceAccount, log }: LeadOptions,
  reporter: Reporter,
): ClusterTargets {
  return new ClusterTargets({
    client,
    reporter,
    health: new HealthChecks(healthCell),
    defaultServiceAccount,
    onDrift: (gate) => controller.requestCorrection(gate),
    onStatus: (gate) => {
      const known = controller.watches.get("Gate", gate);
      if (known !== undefined && isWaiting(known)) controller.request(gate);
    },
    onError: ({ kind }, { code, message }) => log.warn({ kind, code }, message),
  });
}

/** Without releasing the Lease: it says truly that something may still be under way. */
function endAtOnce(log: Logger, code: "LEASE_LOST" | "NOT_SETTLED", why: string): never {
  log.error({ code }, why);
  process.exit(ExitCode.fault);
}
