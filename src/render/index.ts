export { canonicalJson, manifestsOf } from "./canonical.ts";
export { describeObject, groupOf, identityOf } from "./identity.ts";
export type { JsonObject, JsonValue, KubernetesObject, Manifests, ObjectMeta } from "./types.ts";
