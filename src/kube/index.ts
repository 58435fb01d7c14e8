export type { ApplyOptions, DeleteOptions, GetOptions, Patch, WriteOptions } from "./calls.ts";
export { KubeClient, type KubeClientOptions } from "./client.ts";
export type { ClusterConnection } from "./connection.ts";
export type { ApiResource } from "./discovery.ts";
export { KubeError, type KubeErrorCause, type KubeErrorCode } from "./error.ts";
export type { User } from "./impersonation.ts";
export { type InClusterOptions, inCluster } from "./in-cluster.ts";
export { fromKubeConfigFile } from "./kubeconfig-file.ts";
export { fromKubeConfigText } from "./kubeconfig-text.ts";
export type { Listed, ListOptions } from "./list.ts";
export type {
  KubeObject,
  ManagedFieldsEntry,
  ObjectMeta,
  ObjectRef,
  ObjectType,
  OwnerReference,
} from "./object.ts";
export { Reflector, type ReflectorOptions } from "./reflector.ts";
export type { ReplicaEvent } from "./replica.ts";
export type { WatchEvent, WatchOptions } from "./watch.ts";
