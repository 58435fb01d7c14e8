export { DirectoryFiles, DirectoryStore } from "./directory.ts";
export { MemoryStore } from "./memory.ts";
export type { LogFiles, LogStore } from "./store.ts";
