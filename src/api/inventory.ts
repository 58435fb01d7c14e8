import { z } from "zod";
import { API_VERSION, metadataSchema, nameSchema } from "./common.ts";

/** One object that a gate owns. */
export const ownedObjectSchema = z.strictObject({
  group: z.string().max(253).describe("Its API group; empty for the core group."),
  version: z.string().min(1).max(63).describe("The version that it was applied in."),
  kind: z.string().min(1).max(63).describe("Its kind."),
  namespace: z.string().max(253).optional().describe("Its namespace; absent for cluster-scoped objects."),
  name: z.string().min(1).max(253).describe("Its name."),
  uid: z.string().max(64).optional().describe("Its uid when it was applied."),
  fingerprint: z
    .string()
    .max(64)
    .optional()
    .describe("What Sluice's hold on its fields came to when it was applied."),
  resourceVersion: z.string().max(64).optional().describe("Its version when it was applied."),
  content: z.string().max(64).optional().describe("A digest of its content when it was applied."),
  source: z.string().max(64).optional().describe("A digest of what was applied, as it was admitted."),
  directives: z
    .array(z.enum(["ForeignFields", "NoPrune"]))
    .max(2)
    .optional()
    .describe("What the source says of it: others may own fields in it; it is never pruned."),
});

/** As many as fit in one object of etcd, which takes 1.5 MiB. */
export const MAX_INVENTORY_OBJECTS = 2000;

/** What a gate owns, where that is too much for its status. Written by Sluice alone. */
export const inventorySchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("Inventory"),
  metadata: metadataSchema,
  gate: z
    .strictObject({ name: nameSchema.describe("Name of the Gate, in the same namespace.") })
    .describe("The gate that owns the objects."),
  objects: z
    .array(ownedObjectSchema)
    .max(MAX_INVENTORY_OBJECTS)
    .describe("The objects, in the order they were applied."),
});

export type Inventory = z.output<typeof inventorySchema>;
export type OwnedObject = z.output<typeof ownedObjectSchema>;
