import { API_VERSION, DURATION, NAME } from "../common.ts";
import { toObjectSchema } from "./definition.ts";
import type { KindDefinition } from "./kinds.ts";
import type { StructuralSchema } from "./structural.ts";

const INTRODUCTION = `<!-- Generated from the schemas in src/api by \`npm run build:crds\`; edit those. -->

# Resources

The kinds of \`${API_VERSION}\`. They are the same in files (\`sluice run -f\`) and on a cluster, where the API server
checks them as far as a schema can; \`kubectl explain gate.spec\` says what is told here. Examples:
[for files](../manifests/examples), [for a cluster](../manifests/examples/cluster).

- A field that is not listed is refused, never passed over.
- A field in **bold** is required where the object that holds it is there. \`[]\` stands for each item of a list.
- A duration is text such as \`30s\`, \`1m\` or \`1h30m\`; a day is \`2026-01-01\`, an instant is of RFC 3339; a name is a
  Kubernetes name.
- Names are looked up in the namespace of the resource that has them; PolicyBundles have none.
`;

/** The reference of all fields, as Markdown, with an example of a kind where there is one. */
export function referenceOf(
  kinds: readonly KindDefinition[],
  examples: Readonly<Record<string, string>>,
): string {
  return [INTRODUCTION, ...kinds.map((kind) => sectionOf(kind, examples[kind.kind]))].join("\n");
}

function sectionOf(kind: KindDefinition, example: string | undefined): string {
  const { properties = {}, ...root } = toObjectSchema(kind);
  const { apiVersion: _, kind: __, metadata: ___, status, ...fields } = properties;
  const rows = Object.entries(fields).flatMap(([name, schema]) =>
    name === "spec" ? childrenOf(schema, "") : rowsOf({ path: name, schema, required: true }),
  );
  const rules = [...rulesOf(root, ""), ...rows.flatMap(({ path, schema }) => rulesOf(schema, path))];
  return [
    `## ${kind.kind}\n`,
    `${kind.description}\n`,
    `${factsOf(kind)}\n`,
    ...(example === undefined ? [] : [`\`\`\`yaml\n${example}\`\`\`\n`]),
    ...(fields.spec === undefined ? [] : ["Fields of `spec`:\n"]),
    `${tableOf(rows)}\n`,
    ...(rules.length === 0 ? [] : [`What holds besides:\n\n${rules.join("\n")}\n`]),
    ...(status === undefined
      ? []
      : [`Fields of \`status\`, which Sluice writes:\n\n${tableOf(childrenOf(status, ""))}\n`]),
  ].join("\n");
}

function factsOf({ plural, shortNames, scope }: KindDefinition): string {
  const names = [plural, ...shortNames].map((name) => `\`kubectl get ${name}\``).join(", ");
  return `${scope === "Cluster" ? "Cluster-scoped" : "Namespaced"}; ${names}.`;
}

interface Row {
  readonly path: string;
  readonly schema: StructuralSchema;
  readonly required: boolean;
}

function childrenOf({ properties = {}, required = [] }: StructuralSchema, prefix: string): Row[] {
  return Object.entries(properties).flatMap(([name, schema]) =>
    rowsOf({ path: prefix === "" ? name : `${prefix}.${name}`, schema, required: required.includes(name) }),
  );
}

function rowsOf(row: Row): Row[] {
  const { schema, path } = row;
  const below = schema.items === undefined ? childrenOf(schema, path) : childrenOf(schema.items, `${path}[]`);
  return [row, ...below];
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ path, schema, required }) => {
    const name = required ? `**\`${path}\`**` : `\`${path}\``;
    return `| ${name} | ${typeOf(schema)} | ${schema.description ?? ""}${defaultOf(schema)} |`;
  });
  return ["| field | type | |", "|---|---|---|", ...lines].join("\n");
}

function typeOf(schema: StructuralSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(", ");
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}s`;
  if (schema.type === "object" && schema.additionalProperties !== undefined) return "map";
  return textTypeOf(schema) ?? String(schema.type);
}

/** What kind of text a field holds; undefined where any will do. */
function textTypeOf({ pattern, format, anyOf, ...schema }: StructuralSchema): string | undefined {
  if (pattern === NAME) return "name";
  if (schema["x-kubernetes-validations"]?.some(isOfDurations)) return "duration";
  if (anyOf !== undefined) return "day or instant";
  if (format === "date-time") return "instant";
  return format === "uri" ? "URL" : undefined;
}

const isOfDurations = ({ rule }: { readonly rule: string }): boolean => rule.includes(DURATION);

function defaultOf({ default: value }: StructuralSchema): string {
  return value === undefined ? "" : ` Default: \`${String(value)}\`.`;
}

/** The rules that say more than a field's type and description: what is for files only is told there. */
function rulesOf(schema: StructuralSchema, path: string): string[] {
  const subjects = [
    { rules: schema["x-kubernetes-validations"], at: path },
    { rules: schema.items?.["x-kubernetes-validations"], at: `${path}[]` },
  ];
  return subjects.flatMap(({ rules = [], at }) =>
    rules
      .filter((each) => each.rule !== "false" && !isOfDurations(each))
      .map(({ message }) => (at === "" ? `- ${message}` : `- \`${at}\`: ${message}`)),
  );
}
