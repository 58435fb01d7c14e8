import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { toCustomResourceDefinition } from "./definition.ts";
import { KINDS } from "./kinds.ts";
import { referenceOf } from "./reference.ts";

const NOTE = "# Generated from the schemas in src/api by `npm run build:crds`; edit those.\n";
const EXAMPLES = join(import.meta.dirname, "../../../manifests/examples/cluster");
const FOLDER = "manifests/crds";

/** Every file that is generated from the schemas, by its path in the repository. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const crds = KINDS.map((kind): [string, string] => [
    `sluice.dev_${kind.plural}.yaml`,
    toYaml(toCustomResourceDefinition(kind)),
  ]);
  const kustomization = toYaml({
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: crds.map(([name]) => name),
  });
  return new Map([
    ...[...crds, ["kustomization.yaml", kustomization] as const].map(
      ([name, text]) => [`${FOLDER}/${name}`, NOTE + text] as const,
    ),
    ["docs/resources.md", referenceOf(KINDS, readExamples())],
  ]);
}

function readExamples(): Readonly<Record<string, string>> {
  const read = (name: string) => readFileSync(join(EXAMPLES, name), "utf8");
  return { Gate: read("gate.yaml"), TrustPolicy: read("trust.yaml"), PolicyBundle: read("policies.yaml") };
}

function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 110, aliasDuplicateObjects: false });
}
