import { describe, expect, it } from "vitest";
import { toKubeError } from "./status.ts";

const status = (code: number, reason: string, details: object = {}) => ({
  status: code,
  body: { kind: "Status", code, reason, message: "said", details },
  asked: "GET ConfigMap ns/a",
});

describe("what the API server refuses", () => {
  it.each([
    [400, "BadRequest", "INVALID", false],
    [401, "Unauthorized", "UNAUTHORIZED", false],
    [403, "Forbidden", "FORBIDDEN", false],
    [404, "NotFound", "NOT_FOUND", false],
    [409, "AlreadyExists", "EXISTS", false],
    [409, "Conflict", "CONFLICT", false],
    [410, "Expired", "GONE", false],
    [413, "RequestEntityTooLarge", "TOO_LARGE", false],
    [422, "Invalid", "INVALID", false],
    [429, "TooManyRequests", "TOO_MANY_REQUESTS", true],
    [500, "InternalError", "SERVER", true],
    [500, "ServerTimeout", "SERVER", true],
    [504, "Timeout", "TIMEOUT", true],
    [302, "", "PROTOCOL", false],
    [405, "MethodNotAllowed", "PROTOCOL", false],
  ])("with %i %s is %s", (code, reason, expected, transient) => {
    expect(toKubeError(status(code, reason))).toMatchObject({ code: expected, status: code, transient });
  });

  it("counts by its status alone where there is no Status", () => {
    expect(toKubeError({ status: 503, body: "<html>", asked: "" })).toMatchObject({ code: "SERVER" });
  });

  it("is the sender's mistake where apply cannot match the schema, and the server's otherwise", () => {
    const answer = status(500, "");
    const message = "failed to create typed patch object (ns/a; /v1, Kind=ConfigMap): .x: field not declared";
    expect(toKubeError({ ...answer, body: { ...answer.body, message } })).toMatchObject({ code: "INVALID" });
    expect(toKubeError(answer)).toMatchObject({ code: "SERVER" });
  });

  it("keeps fields and reasons of its causes, of a bounded number and length", () => {
    const cause = {
      field: "spec.x",
      reason: "FieldValueInvalid",
      message: `${"x".repeat(9_999)} is immutable`,
    };
    const error = toKubeError(status(422, "Invalid", { causes: Array.from({ length: 1_000 }, () => cause) }));
    expect(error.causes).toHaveLength(100);
    expect(error.causes[0]).toMatchObject({ field: "spec.x", reason: "FieldValueInvalid" });
    expect(error.causes[0]?.message).toMatch(/^x{1000} … x+ is immutable$/);
  });
});
