import { describe, expect, it } from "vitest";
import { toConnectionError } from "./http-errors.ts";

const URL = "https://git.bank.example/config.git";

describe("a connection that failed", () => {
  it("is told by the system's code", () => {
    const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    const error = toConnectionError(new TypeError("fetch failed", { cause }), URL);
    expect(error.code).toBe("CONNECTION");
    expect(error.message).toContain("ECONNREFUSED");
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  it.each([
    new TypeError('Headers.append: "Bearer canary" is an invalid header value.'),
    new TypeError("fetch failed", { cause: new Error("Bearer canary") }),
    "Bearer canary",
  ])("is not told by words that may quote a credential", (thrown) => {
    const error = toConnectionError(thrown, URL);
    expect(error.code).toBe("CONNECTION");
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain("canary");
    expect(error.cause).toBeUndefined();
  });
});
