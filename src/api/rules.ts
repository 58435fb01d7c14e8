import { z } from "zod";

/** A rule over several fields, said twice: `holds` for zod, `cel` for the API server, with one message. */
export interface Rule<T> {
  readonly message: string;
  /** Common Expression Language. `self` is the value as it is written; `holds` sees defaults and translations in it. */
  readonly cel: string;
  holds(value: T): boolean;
}

/** The keyword of a CRD's schema that carries CEL. */
const VALIDATIONS = "x-kubernetes-validations";

/** The schema with rules that zod and the API server both enforce. Once for a schema: a second call replaces the CEL. */
export function withRules<S extends z.ZodType>(schema: S, ...rules: readonly Rule<z.output<S>>[]): S {
  const refined = rules.reduce(
    (each, { message, holds }) => each.refine((value) => holds(value), { error: message }),
    schema,
  );
  return refined.meta({ [VALIDATIONS]: rules.map(({ message, cel }) => ({ rule: cel, message })) });
}

/** The schema with a rule that the API server alone enforces: about what means something else, or nothing, in a file. */
export function onCluster<S extends z.ZodType>(schema: S, { message, cel }: Omit<Rule<never>, "holds">): S {
  return schema.meta({ [VALIDATIONS]: [{ rule: cel, message }] });
}

/** A schema whose values mean something only in a file; the message says what to write on a cluster instead. */
export function inFilesOnly<S extends z.ZodType>(schema: S, message: string): S {
  return onCluster(schema, { message, cel: "false" });
}

type Shape = Readonly<Record<string, z.ZodType>>;
type OneOf<C extends Shape> = { [K in keyof C]: { readonly [P in K]: z.output<C[P]> } }[keyof C];

/**
 * An object with exactly one of some fields, and any of those `beside`. To the API server, whose schemas must be
 * structural, a plain object and a rule; here, a union that `"field" in value` tells apart.
 */
export function oneOf<C extends Shape, B extends Shape = Record<never, never>>(
  choices: C,
  beside?: B,
): z.ZodType<OneOf<C> & z.output<z.ZodObject<B>>> {
  const names = Object.keys(choices);
  const optional = Object.fromEntries(names.map((name) => [name, choices[name]?.optional()]));
  const schema: z.ZodType = withRules(z.strictObject({ ...optional, ...beside } as Shape), {
    message: `exactly one of ${names.map((name) => `\`${name}\``).join(", ")}`,
    cel: `[${names.map((name) => `has(self.${name})`).join(", ")}].filter(set, set).size() == 1`,
    holds: (value) => names.filter((name) => value[name] !== undefined).length === 1,
  });
  return schema as z.ZodType<OneOf<C> & z.output<z.ZodObject<B>>>;
}
