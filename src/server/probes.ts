import type { Metrics } from "./metrics.ts";
import { plain, type Routes } from "./server.ts";

export interface ProbeSources {
  /** Whether everything that is watched was listed once. */
  readonly isSynced: () => boolean;
  /** Whether the process acts, or waits for its turn to; neither before it knows which, nor when it ends. */
  readonly role: () => "leader" | "standby" | undefined;
}

/** For the kubelet: alive as long as it answers, ready when it could act at once if it were the leader. */
export function probeRoutes({ isSynced, role }: ProbeSources): Routes {
  return {
    "/healthz": () => plain(200, "ok"),
    "/readyz": () => {
      if (!isSynced()) return plain(503, "not everything is listed yet");
      const now = role();
      return now === undefined ? plain(503, "neither leader nor standby") : plain(200, now);
    },
  };
}

export function metricsRoutes(metrics: Metrics): Routes {
  return {
    "/metrics": async () => ({ status: 200, contentType: metrics.contentType, body: await metrics.render() }),
  };
}
