export { DirectoryTarget } from "./directory.ts";
export { ApplyError, type ApplyErrorCode, type Rejection, type RejectionCode } from "./error.ts";
export type { Admission, ApplyReport, Target } from "./target.ts";
