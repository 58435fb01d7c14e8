import { describe, expect, it } from "vitest";
import { GitError } from "../error.ts";
import { toFetchError } from "./fetch-error.ts";

const going = new AbortController().signal;

describe("what ended a fetch", () => {
  it("is the disk's fault where the system says so", () => {
    const full = Object.assign(new Error("no space left on device, write"), { code: "ENOSPC" });
    expect(toFetchError(full, going)).toMatchObject({ code: "STORAGE", cause: full });
    const other = new Error("a bug");
    expect(toFetchError(other, going)).toBe(other);
  });

  it("is what it says itself", () => {
    const refused = new GitError("AUTHENTICATION", "no");
    expect(toFetchError(refused, going)).toBe(refused);
    expect(toFetchError(refused, AbortSignal.abort())).toBe(refused);
  });

  it("is the deadline or the caller where one of them ended it, whatever broke then", () => {
    const broken = new GitError("CONNECTION", "broken off");
    expect(toFetchError(broken, going)).toBe(broken);
    expect(toFetchError(broken, AbortSignal.abort())).toMatchObject({ code: "CANCELLED" });
    const late = AbortSignal.abort(new DOMException("late", "TimeoutError"));
    expect(toFetchError(broken, late)).toMatchObject({ code: "TIMEOUT" });
  });
});
