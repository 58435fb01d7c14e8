export { type ByteCache, directoryCache, memoryCache, noCache } from "./byte-cache.ts";
export type { CredentialSource, RegistryCredentials } from "./credentials.ts";
export { readDockerConfig } from "./docker-config.ts";
export { RegistryError, type RegistryErrorCode } from "./error.ts";
export { parseJson } from "./json.ts";
export {
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
  MEDIA_TYPE,
  parseManifest,
  type StoredManifest,
} from "./manifest.ts";
export {
  formatReference,
  formatRepository,
  type ImageReference,
  parseReference,
  parseRepository,
  type Repository,
} from "./reference.ts";
export { fallbackTag } from "./referrers.ts";
export { createRegistry, type Registry, type RegistryOptions } from "./registry.ts";
export { SharedRegistry } from "./shared-registry.ts";
