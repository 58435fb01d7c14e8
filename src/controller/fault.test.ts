import { expect, it } from "vitest";
import { CANARY, findCanary } from "../../test/support/canary.ts";
import { ResourceError } from "../api/index.ts";
import { ApplyError } from "../apply/index.ts";
import { AuditError } from "../audit/index.ts";
import { GateError } from "../gate/index.ts";
import { GitError } from "../git/index.ts";
import { KubeError } from "../kube/index.ts";
import { TrustError } from "../trust/index.ts";
import { ControllerError } from "./error.ts";
import { toGateFault } from "./fault.ts";

it.each([
  [new ResourceError("MISSING_RESOURCE", "m"), "configuration", true],
  [new TrustError("EMPTY_TRUST", "m"), "configuration", true],
  [new GateError("POLICY_INVALID", "m"), "configuration", true],
  [new GateError("LOG_BEHIND_TARGET", "m"), "log", true],
  [new AuditError("UNWRITABLE", "m"), "log", false],
  [new GitError("CONNECTION", "m"), "source", false],
  [new GitError("AUTHENTICATION", "m"), "source", true],
  [new ApplyError("FORBIDDEN", "m"), "target", true],
  [new ApplyError("NO_NAMESPACE", "m"), "target", false],
  [new ControllerError("INVENTORY_UNREADABLE", "m"), "target", true],
  [new KubeError("FORBIDDEN", "m"), "target", true],
  [new KubeError("UNREACHABLE", "m"), "target", false],
] as const)("%s is of the area that it came from, and lasts or passes (%#)", (error, area, lasting) => {
  const { code } = error;
  expect(toGateFault(error)).toEqual({ area, code, message: "m", remedy: "", lasting });
});

it("repeats no word of an error that nobody foresaw", () => {
  const fault = toGateFault(new TypeError(`cannot read ${CANARY}`, { cause: CANARY }));
  expect(fault).toMatchObject({ code: "UNEXPECTED", lasting: false });
  expect(findCanary(fault)).toEqual([]);
  expect(toGateFault(CANARY)).toEqual(fault);
});
