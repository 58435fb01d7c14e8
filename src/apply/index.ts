export { DirectoryTarget } from "./directory.ts";
export { ApplyError, type ApplyErrorCode } from "./error.ts";
export type { Admission, Target } from "./target.ts";
