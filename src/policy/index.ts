export { type BundleSource, bundleDigest, readPolicyDirectory } from "./bundle.ts";
export type { CompileCode, CompiledBundle } from "./compile.ts";
export { PolicyEngine, type PolicyEngineOptions } from "./engine.ts";
export { type CommitInput, inputJsonSchemas, type PolicyInput } from "./input.ts";
export type { PolicyFault, PolicyFaultCode, PolicyFinding, PolicyReport } from "./report.ts";
