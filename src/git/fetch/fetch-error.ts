import { Fault, systemErrorCode } from "../../fault.ts";
import { GitError } from "../error.ts";

/** Gives whatever ended a fetch a code: its own, the deadline's, or the disk's. */
export function toFetchError(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof Fault && error.code !== "CONNECTION") return error;
  if (signal.aborted) {
    const late = signal.reason instanceof Error && signal.reason.name === "TimeoutError";
    return late
      ? new GitError("TIMEOUT", "the fetch took too long", { cause: error })
      : new GitError("CANCELLED", "the fetch was cancelled", { cause: error });
  }
  const code = systemErrorCode(error);
  if (error instanceof Fault || code === undefined) return error;
  return new GitError("STORAGE", `what was fetched cannot be kept: ${code}`, {
    cause: error,
    remedy: "check the state directory: free space, permissions, and that nothing else changes it",
  });
}
