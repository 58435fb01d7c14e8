import { type Command, InvalidArgumentError, Option } from "commander";
import { durationSchema } from "../api/common.ts";
import { LOG_LEVELS, type LogLevel } from "../controller/log-levels.ts";
import { parseAddress } from "../server/address.ts";
import type { Address } from "../server/index.ts";

/** What `sluice run --kubernetes` takes besides what every run takes. */
export interface KubernetesOptions {
  readonly kubernetes: boolean;
  readonly kubeconfig?: string;
  readonly namespace?: readonly string[];
  readonly defaultServiceAccount?: string;
  readonly policies?: string;
  readonly leaderElect: boolean;
  readonly leaseNamespace: string;
  readonly concurrency: number;
  /** Milliseconds. */
  readonly minInterval: number;
  readonly metricsAddress: Address;
  readonly healthAddress?: Address;
  readonly logLevel: LogLevel;
}

const DEFAULT_MIN_INTERVAL = "5s";
const DEFAULT_METRICS = "127.0.0.1:8080";

export function addKubernetesOptions(command: Command): void {
  command
    .addOption(
      new Option("--kubernetes", "the gates of a cluster, instead of files")
        .default(false)
        .conflicts(["file", "once"]),
    )
    .option("--kubeconfig <file>", "how to reach the cluster; inside of one, its service account")
    .option("--namespace <name...>", "gates of these namespaces only")
    .option(
      "--default-service-account <name>",
      "acts for gates that name none, which are refused without it; of the gate's own namespace",
    )
    .option(
      "--policies <dir>",
      "the folder that `rego.path` of a PolicyBundle is below (default: those that ship)",
    )
    .option("--leader-elect", "act only while holding a Lease, so that replicas take turns", true)
    .option("--no-leader-elect", "act at once: for a single process")
    .option("--lease-namespace <name>", "where the Lease is", "sluice-system")
    .option("--concurrency <count>", "how many gates run at the same time", parseCount, 4)
    .addOption(
      new Option(
        "--min-interval <duration>",
        "gates that ask to be looked at more often are looked at as often",
      )
        .argParser(parseDuration)
        .default(parseDuration(DEFAULT_MIN_INTERVAL), DEFAULT_MIN_INTERVAL),
    )
    .addOption(
      new Option("--metrics-address <host:port>", "where /metrics is served")
        .argParser(parse)
        .default(parse(DEFAULT_METRICS), DEFAULT_METRICS),
    )
    .option(
      "--health-address <host:port>",
      "where /healthz and /readyz are served (default: with /metrics)",
      parse,
    )
    .addOption(new Option("--log-level <level>", "with --kubernetes").choices(LOG_LEVELS).default("info"));
}

function parse(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new InvalidArgumentError("expected host:port, such as 127.0.0.1:8080");
  return address;
}

function parseDuration(text: string): number {
  const parsed = durationSchema.safeParse(text);
  if (parsed.success && parsed.data > 0) return parsed.data;
  throw new InvalidArgumentError("expected a duration such as 5s, longer than nothing");
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a number from 1 to 999");
}
