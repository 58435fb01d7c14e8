import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Telemetry } from "../controller/index.ts";

/** Read when somebody asks for the metrics. */
export interface MetricSources {
  /** Gates that wait for their turn. */
  readonly queueDepth: () => number;
  readonly queueRunning: () => number;
  /** Entries of the audit log; undefined while it is another replica's to write. */
  readonly logSize: () => number | undefined;
  readonly isLeader: () => boolean;
  /** Requests to the API server since the start. */
  readonly apiRequests: () => number;
}

export interface Metrics extends Telemetry {
  readonly contentType: string;
  render(): Promise<string>;
}

const RUN_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const STAGE_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60];

/** The controller's metrics, in the format of Prometheus. */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerSources(sources, registry);
  const registers = [registry];
  const runs = new Histogram({
    name: "sluice_reconcile_duration_seconds",
    help: "How long runs of gates took, by what they came to.",
    labelNames: ["result"],
    buckets: RUN_SECONDS,
    registers,
  });
  const stages = new Histogram({
    name: "sluice_stage_duration_seconds",
    help: "How long each stage of the flow took.",
    labelNames: ["stage"],
    buckets: STAGE_SECONDS,
    registers,
  });
  const refusals = new Counter({
    name: "sluice_refusals_total",
    help: "Reasons of the refusals that were recorded, by their codes.",
    labelNames: ["code"],
    registers,
  });
  const admitted = new Gauge({
    name: "sluice_last_admitted_timestamp_seconds",
    help: "When a gate last found its source admitted.",
    labelNames: ["gate"],
    registers,
  });
  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    ran: (result, ms) => runs.observe({ result }, ms / 1_000),
    stage: (stage, ms) => stages.observe({ stage }, ms / 1_000),
    refused: (codes) => {
      for (const code of codes) refusals.inc({ code });
    },
    admitted: (gate, at) => admitted.set({ gate }, at / 1_000),
    forget: (gate) => admitted.remove({ gate }),
  };
}

function registerSources(sources: MetricSources, registry: Registry): void {
  gauge("sluice_queue_depth", "Gates that wait for their turn.", sources.queueDepth, registry);
  gauge("sluice_queue_running", "Gates that run at this moment.", sources.queueRunning, registry);
  gauge(
    "sluice_audit_log_entries",
    "Entries of the audit log, on the replica that writes it.",
    sources.logSize,
    registry,
  );
  gauge(
    "sluice_leader",
    "Whether this replica acts (1) or stands by (0).",
    () => Number(sources.isLeader()),
    registry,
  );
  new Counter({
    name: "sluice_api_requests_total",
    help: "Requests that were sent to the API server.",
    registers: [registry],
    collect() {
      this.reset();
      this.inc(sources.apiRequests());
    },
  });
}

function gauge(name: string, help: string, read: () => number | undefined, registry: Registry): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      const value = read();
      if (value === undefined) this.reset();
      else this.set(value);
    },
  });
}
