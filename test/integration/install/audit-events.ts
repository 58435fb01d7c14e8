import { readFile } from "node:fs/promises";
import type { Cluster } from "../../support/cluster.ts";

/** Of audit.k8s.io/v1, as far as it is looked at. */
export interface AuditEvent {
  readonly stage: string;
  readonly user: { readonly username: string };
  readonly impersonatedUser?: {
    readonly username: string;
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
  readonly verb: string;
  readonly requestURI: string;
  readonly objectRef?: { readonly resource?: string; readonly namespace?: string; readonly name?: string };
  readonly responseStatus?: { readonly code: number };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What a user asked of the API server and was answered, as that itself has it. Watches that still run are not in it. */
export async function requestsOf(cluster: Cluster, username: string): Promise<AuditEvent[]> {
  const lines = (await readFile(cluster.auditLog, "utf8")).trim().split("\n");
  const events: AuditEvent[] = lines.map((line) => JSON.parse(line));
  return events.filter(({ user, stage }) => user.username === username && stage === "ResponseComplete");
}
