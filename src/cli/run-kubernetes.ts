import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import {
  ALONE,
  Controller,
  campaign,
  createLogger,
  type Leadership,
  type Logger,
  monotonicClock,
} from "../controller/kubernetes/index.ts";
import { type ClusterConnection, fromKubeConfigFile, inCluster, KubeClient } from "../kube/index.ts";
import { createMetrics, type Metrics, metricsRoutes, PageServer, probeRoutes } from "../server/index.ts";
import { VERSION } from "../version.ts";
import { openCell } from "./cells.ts";
import { ExitCode } from "./io.ts";
import { lead } from "./lead.ts";
import { Presence } from "./presence.ts";
import type { KubernetesOptions } from "./run-options.ts";
import { aborted, stopOnSignals } from "./signals.ts";

const LEASE_NAME = "sluice";
const USER_AGENT = `sluice/${VERSION}`;
/** A renewal must fail early enough to be tried again before the Lease is lost. */
const LEASE_TIMEOUT_MS = 3_000;
const SHIPPED_POLICIES = join(import.meta.dirname, "../../policies");

/**
 * Watches a cluster's gates, and reconciles them while it may: one replica acts, the others stand by with all that they
 * need to take over. Ends with 0 when it is told to, and with 2 when the Lease is lost.
 */
export async function runKubernetes(
  options: KubernetesOptions & { readonly state: string },
): Promise<ExitCode> {
  const log = createLogger(options.logLevel);
  const stopping = stopOnSignals();
  const presence = new Presence();
  const connection = await connect(options.kubeconfig);
  await using cell = openCell(options.state);
  await using healthCell = openCell(options.state);
  await using client = new KubeClient(connection, { userAgent: USER_AGENT });
  await using leaseClient = new KubeClient(connection, {
    userAgent: USER_AGENT,
    timeoutMs: LEASE_TIMEOUT_MS,
  });
  await using controller = openController(client, options, log);
  const metrics = openMetrics(controller, client, presence);
  await using _pages = await servePages(options, { metrics, controller, presence, log });
  controller.watches.start();
  await Promise.race([controller.watches.synced(), aborted(stopping)]);
  if (stopping.aborted) return ExitCode.passed;

  presence.standBy();
  const identity = `${hostname().slice(0, 63)}_${randomUUID()}`;
  const lease = { namespace: options.leaseNamespace, name: LEASE_NAME };
  log.info({ identity, lease: options.leaderElect ? lease : undefined }, "standing by");
  const campaigning = { client: leaseClient, lease, identity, clock: monotonicClock, log, signal: stopping };
  const leadership: Leadership | undefined = options.leaderElect ? await campaign(campaigning) : ALONE;
  if (leadership === undefined) return ExitCode.passed;
  try {
    return await lead({
      stateDir: options.state,
      policiesDir: resolve(options.policies ?? SHIPPED_POLICIES),
      defaultServiceAccount: options.defaultServiceAccount,
      minInterval: options.minInterval,
      identity,
      cell,
      healthCell,
      client,
      controller,
      leadership,
      metrics,
      presence,
      log,
      stopping,
    });
  } finally {
    await leadership.release();
  }
}

async function connect(kubeconfig: string | undefined): Promise<ClusterConnection> {
  const inside = kubeconfig === undefined && process.env.KUBERNETES_SERVICE_HOST !== undefined;
  return inside ? inCluster() : fromKubeConfigFile(kubeconfig);
}

function openController(
  client: KubeClient,
  { namespace, concurrency, minInterval }: KubernetesOptions,
  log: Logger,
): Controller {
  return new Controller({
    client,
    namespaces: namespace,
    concurrency,
    clock: monotonicClock,
    random: Math.random,
    minInterval,
    onWatchError: (kind, { code, message }) => log.warn({ kind, code }, message),
  });
}

function openMetrics(controller: Controller, client: KubeClient, presence: Presence): Metrics {
  return createMetrics({
    queueDepth: () => controller.depth,
    queueRunning: () => controller.running,
    logSize: () => presence.logSize,
    isLeader: () => presence.role === "leader",
    apiRequests: () => client.requests,
  });
}

interface Shown {
  readonly metrics: Metrics;
  readonly controller: Controller;
  readonly presence: Presence;
  readonly log: Logger;
}

async function servePages(
  { metricsAddress, healthAddress }: KubernetesOptions,
  { metrics, controller, presence, log }: Shown,
): Promise<AsyncDisposable> {
  const probes = probeRoutes({ isSynced: () => controller.watches.isSynced, role: () => presence.role });
  const onOne = healthAddress === undefined;
  const pages = new AsyncDisposableStack();
  const routes = { ...metricsRoutes(metrics), ...(onOne && probes) };
  const main = pages.use(await PageServer.listen(metricsAddress, routes));
  const health = onOne ? main : pages.use(await PageServer.listen(healthAddress, probes));
  log.info({ metrics: main.port, health: health.port }, "serving");
  return pages;
}
