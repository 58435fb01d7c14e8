export { parseAddress } from "./address.ts";
export { createMetrics, type MetricSources, type Metrics } from "./metrics.ts";
export { metricsRoutes, type ProbeSources, probeRoutes } from "./probes.ts";
export { type Address, PageServer, type Routes } from "./server.ts";
