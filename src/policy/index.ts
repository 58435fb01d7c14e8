export { type BundleSource, bundleDigest, readPolicyDirectory } from "./bundle.ts";
export { type CompileCode, type CompiledBundle, refuseProblems } from "./compile.ts";
export { PolicyEngine, type PolicyEngineOptions } from "./engine.ts";
export { PolicyError, type PolicyErrorCode } from "./error.ts";
export { inputJsonSchemas, type PolicyInput } from "./input.ts";
export { type InputCode, type ReadInput, readInput } from "./read-input.ts";
export type { PolicyFault, PolicyFaultCode, PolicyFinding, PolicyReport } from "./report.ts";
