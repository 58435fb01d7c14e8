import { z } from "zod";

/** An RFC 3339 instant. `metav1.Time` writes it in UTC, to the second; the API server takes any. */
export const timeSchema = z.iso.datetime({ offset: true });

export const conditionSchema = z.strictObject({
  type: z.string().min(1).max(316).describe("What the condition is about."),
  status: z.enum(["True", "False", "Unknown"]).describe("True, False or Unknown."),
  reason: z.string().min(1).max(1024).describe("Why, as one word for programs."),
  message: z.string().max(32_768).describe("Why, for people."),
  observedGeneration: z
    .int()
    .min(0)
    .optional()
    .describe("The generation of the spec that it was judged for."),
  lastTransitionTime: timeSchema.describe("Since when the status is what it is."),
});

export const conditionsSchema = z
  .array(conditionSchema)
  .max(32)
  .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"] })
  .describe("The state, one condition a type.");

/** Of kinds that a gate names, and that do nothing by themselves. */
export const usableStatusSchema = z.strictObject({
  observedGeneration: z.int().min(0).optional().describe("The generation of the spec that this is about."),
  conditions: conditionsSchema.optional(),
});

export type Condition = z.output<typeof conditionSchema>;
