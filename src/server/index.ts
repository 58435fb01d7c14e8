export { parseAddress } from "./address.ts";
export { createMetrics, type Metrics, type MetricSources } from "./metrics.ts";
export { metricsRoutes, type ProbeSources, probeRoutes } from "./probes.ts";
export { type Address, PageServer, type Routes } from "./server.ts";
