import { z } from "zod";
import { nameSchema } from "./common.ts";
import { ownedObjectSchema } from "./inventory.ts";
import { conditionsSchema, timeSchema } from "./status.ts";

const revisionSchema = z.string().min(1).max(255).describe("The commit.");
const atSchema = timeSchema.describe("When.");

const entrySchema = z
  .strictObject({
    index: z.int().min(0).describe("The entry's index in the audit log."),
    leafHash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe("The entry's RFC 6962 leaf hash, in hex."),
  })
  .describe("Where the audit log has the decision.");

const reasonSchema = z.strictObject({
  code: z.string().min(1).max(253).describe("Why, as one word for programs."),
  subject: z.string().max(1024).describe("What was refused: a commit, an image, an object."),
  message: z.string().max(4096).describe("Why, for people."),
  remedy: z.string().max(4096).describe("What to do about it."),
});

/** More reasons than these are in the audit log alone. */
export const MAX_STATUS_REASONS = 10;

const refusedSchema = z.strictObject({
  revision: revisionSchema,
  stage: z
    .enum(["fetch", "verify", "render", "attest", "evaluate"])
    .describe("Where in the flow it was refused."),
  entry: entrySchema,
  at: atSchema,
  total: z.int().min(1).describe("How many reasons there are; all of them are in the audit log."),
  reasons: z.array(reasonSchema).min(1).max(MAX_STATUS_REASONS).describe("The first reasons."),
});

/** More objects than these are in objects of their own. */
export const MAX_STATUS_OBJECTS = 100;

const inventorySchema = z.strictObject({
  entry: entrySchema.optional(),
  place: z.string().max(128).optional().describe("Which cluster, where it is not the gate's own."),
  count: z.int().min(0).describe("How many objects the gate owns."),
  objects: z
    .array(ownedObjectSchema)
    .max(MAX_STATUS_OBJECTS)
    .optional()
    .describe("The objects, where they are few."),
  ref: z
    .strictObject({
      name: nameSchema.describe("What their names begin with; `-0`, `-1` and so on follow."),
      parts: z.int().min(1).max(100).describe("How many there are."),
    })
    .optional()
    .describe("The Inventories in the gate's namespace that hold the objects, where there are more."),
});

/** What a gate came to. Written by Sluice; every text is clipped to these lengths before. */
export const gateStatusSchema = z.strictObject({
  observedGeneration: z.int().min(0).optional().describe("The generation of the spec that this is about."),
  lastHandledRequest: z
    .string()
    .max(1024)
    .optional()
    .describe("The value of the annotation sluice.dev/requestedAt that was last acted upon."),
  conditions: conditionsSchema.optional(),
  attempted: z
    .strictObject({ revision: revisionSchema, at: atSchema })
    .optional()
    .describe("The revision that was last judged."),
  admitted: z
    .strictObject({
      revision: revisionSchema,
      manifests: z
        .string()
        .regex(/^sha256:[0-9a-f]{64}$/)
        .describe("Digest of the rendered manifests, with images pinned."),
      entry: entrySchema,
      at: atSchema,
    })
    .optional()
    .describe("The revision that was last let through."),
  refused: refusedSchema
    .optional()
    .describe("The revision that was refused; absent when the last was admitted."),
  applied: z
    .strictObject({ revision: revisionSchema, entry: entrySchema, at: atSchema })
    .optional()
    .describe("The revision that the cluster was last brought to."),
  inventory: inventorySchema.optional().describe("The objects that the gate owns."),
});

export type GateStatus = z.output<typeof gateStatusSchema>;
