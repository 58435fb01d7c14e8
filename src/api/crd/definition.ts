import { API_VERSION } from "../common.ts";
import type { KindDefinition } from "./kinds.ts";
import { type StructuralSchema, toStructural } from "./structural.ts";

const [GROUP = "", VERSION = ""] = API_VERSION.split("/");

/** The CustomResourceDefinition of a kind. */
export function toCustomResourceDefinition(definition: KindDefinition): object {
  const { kind, plural, shortNames, scope, columns, status } = definition;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${GROUP}`,
      labels: { "app.kubernetes.io/name": "sluice", "app.kubernetes.io/part-of": "sluice" },
    },
    spec: {
      group: GROUP,
      scope,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        ...(shortNames.length > 0 && { shortNames }),
        categories: ["sluice"],
      },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          ...(status !== undefined && { subresources: { status: {} } }),
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: toObjectSchema(definition) },
        },
      ],
    },
  };
}

/** The schema of whole objects: the API server has its own for metadata. */
export function toObjectSchema({ kind, description, schema, status }: KindDefinition): StructuralSchema {
  const { properties = {}, required = [], ...rest } = toStructural(schema.describe(description));
  const { metadata: _, apiVersion: __, kind: ___, ...fields } = properties;
  return {
    ...rest,
    required: required.filter((name) => Object.hasOwn(fields, name)),
    properties: {
      apiVersion: { description: `The version of this kind: ${API_VERSION}.`, type: "string" },
      kind: { description: `The kind: ${kind}.`, type: "string" },
      metadata: { type: "object" },
      ...fields,
      ...(status && { status: toStructural(status) }),
    },
  };
}
