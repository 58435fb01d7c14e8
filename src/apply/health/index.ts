export {
  computeHealth,
  type HealthRule,
  type HealthStatus,
  type ObjectHealth,
  type Observed,
} from "./compute.ts";
export { checkHealthRules, type HealthRuleCode } from "./rules.ts";
export { type HealthOf, summarizeHealth } from "./summary.ts";
