import { type ArtifactRule, compileArtifactRules } from "../artifacts/index.ts";
import { type CompiledBundle, type PolicyEngine, readPolicyDirectory } from "../policy/index.ts";
import { type Judged, passed } from "../refusal.ts";
import type { Bounds } from "../render/index.ts";
import { asksForApprovals, asksForPaths, compileTrust, type Trust } from "../trust/index.ts";
import type { BundleFiles, BundleReference, GateConfig } from "./config.ts";
import type { Named } from "./decision.ts";
import { GateError } from "./error.ts";
import { type PreparedSubmodule, prepareSubmodule } from "./submodules.ts";

/** A gate whose trust and policies are compiled: what is wrong with them has been said by then. */
export interface PreparedGate {
  readonly config: GateConfig;
  readonly trust: Trust;
  readonly submodules: readonly PreparedSubmodule[];
  readonly artifactRules: readonly ArtifactRule[];
  readonly bundles: readonly CompiledBundle[];
  /** The bundles by name and digest, as decisions name them. */
  readonly policies: readonly Named[];
  readonly bounds: Bounds;
  /** Whether the trust's rules ask what each commit changes. */
  readonly withChangedPaths: boolean;
  /** Whether they ask for approvals by tags or notes. */
  readonly withApprovals: boolean;
}

/** Compiles what a gate names. Throws TrustError, ArtifactTrustError or {@link GateError} for what cannot be used. */
export async function prepareGate(config: GateConfig, policies: PolicyEngine): Promise<PreparedGate> {
  const trust = await compileTrust(config.trust);
  const bundles = await Promise.all(config.bundles.map((bundle) => compileBundle(bundle, policies)));
  return {
    config,
    trust,
    submodules: await Promise.all(config.submodules.map(prepareSubmodule)),
    artifactRules: compileArtifactRules(config.trust.artifacts),
    bundles,
    policies: bundles.map(({ name, digest }) => ({ name, digest })),
    bounds: {
      namespace: config.gate.namespace,
      namespaces: config.namespaces,
      clusterResources: config.clusterResources,
    },
    withChangedPaths: asksForPaths(trust),
    withApprovals: asksForApprovals(trust),
  };
}

async function compileBundle(bundle: BundleReference, policies: PolicyEngine): Promise<CompiledBundle> {
  const { name, source, parameters } = bundle;
  const files = orThrow(await readFiles(source), bundle);
  return orThrow(await policies.compile({ name, files, parameters }), bundle);
}

async function readFiles(source: BundleFiles): Promise<Judged<ReadonlyMap<string, Uint8Array>>> {
  return "files" in source ? passed(source.files) : await readPolicyDirectory(source.folder, source);
}

function orThrow<T>(judged: Judged<T>, { name, source }: BundleReference): T {
  if (judged.ok) return judged.value;
  const problems = judged.refusals.map(({ code, subject, message }) => `${subject}: ${message} (${code})`);
  const place = "folder" in source ? ` in ${source.folder}` : "";
  throw new GateError("POLICY_INVALID", `policy bundle ${name}${place}:\n${problems.join("\n")}`, {
    remedy:
      "mend the policy (`sluice policy check` says the same): while it does not compile, nothing passes",
  });
}
