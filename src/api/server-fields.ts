const WRITTEN_METADATA: ReadonlySet<string> = new Set(["name", "namespace", "labels", "annotations"]);

/** What a person wrote of an object, without what the API server and controllers added: uid, managed fields, status. */
export function withoutServerFields(object: unknown): object {
  const { metadata, status: _, ...written } = Object(object) as { metadata?: unknown; status?: unknown };
  const ours = Object.entries(Object(metadata)).filter(([field]) => WRITTEN_METADATA.has(field));
  return { ...written, metadata: Object.fromEntries(ours) };
}
