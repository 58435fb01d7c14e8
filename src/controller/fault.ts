import { ResourceError } from "../api/index.ts";
import { ApplyError, type ApplyErrorCode } from "../apply/index.ts";
import { ArtifactTrustError } from "../artifacts/index.ts";
import { AuditError } from "../audit/index.ts";
import { Fault } from "../fault.ts";
import { GateError } from "../gate/index.ts";
import { GitError, type GitErrorCode } from "../git/index.ts";
import { KubeError } from "../kube/index.ts";
import { TrustError } from "../trust/index.ts";
import { ControllerError } from "./error.ts";

/** What could not be done: use what the gate names, look at the change, write the log, or change the target. */
export type FaultArea = "configuration" | "source" | "log" | "target";

/** Why a run ended without an answer. */
export interface GateFault {
  readonly area: FaultArea;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** Whether a person has to do something: trying again alone will not help. */
  readonly lasting: boolean;
}

/** What others have to make first, and may be making at this moment. */
const PASSING: ReadonlySet<ApplyErrorCode> = new Set([
  "NO_NAMESPACE",
  "NOT_ESTABLISHED",
  "TARGET_UNWRITABLE",
]);

/** What the gate asks for, and not what the network does. */
const WRONG_SOURCE: ReadonlySet<GitErrorCode> = new Set([
  "AUTHENTICATION",
  "BAD_CREDENTIALS",
  "BAD_URL",
  "HOST_KEY_CHANGED",
  "HOST_KEY_REVOKED",
  "HOST_KEY_UNKNOWN",
  "INSECURE_URL",
  "NO_COMMON_ALGORITHM",
  "REPOSITORY_NOT_FOUND",
]);

/** What an error means for a gate. Of an error that nobody foresaw no word is repeated: it may quote anything. */
export function toGateFault(error: unknown): GateFault {
  if (!(error instanceof Fault)) {
    return {
      area: "source",
      code: "UNEXPECTED",
      message: "an error that was not foreseen; the controller's log has its kind and place",
      remedy: "report it with the log",
      lasting: false,
    };
  }
  const { code, message, remedy } = error;
  return { ...judge(error), code, message, remedy };
}

function judge(error: Fault): Pick<GateFault, "area" | "lasting"> {
  if (error instanceof ResourceError || error instanceof TrustError || error instanceof ArtifactTrustError) {
    return { area: "configuration", lasting: true };
  }
  if (error instanceof GateError) {
    return { area: error.code === "POLICY_INVALID" ? "configuration" : "log", lasting: true };
  }
  if (error instanceof AuditError) return { area: "log", lasting: false };
  if (error instanceof ApplyError) return { area: "target", lasting: !PASSING.has(error.code) };
  if (error instanceof ControllerError) return { area: "target", lasting: true };
  if (error instanceof KubeError) return { area: "target", lasting: !error.transient };
  return { area: "source", lasting: error instanceof GitError && WRONG_SOURCE.has(error.code) };
}
