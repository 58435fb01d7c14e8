export { DirectoryFiles, DirectoryStore, type DirectoryStoreOptions, type Lease } from "./directory.ts";
export { MemoryStore } from "./memory.ts";
export type { LogFiles, LogStore } from "./store.ts";
