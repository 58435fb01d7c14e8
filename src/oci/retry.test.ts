import { describe, expect, it } from "vitest";
import { RegistryError } from "./error.ts";
import type { Answer } from "./exchange.ts";
import { type Pace, withRetries } from "./retry.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const signal = new AbortController().signal;

function answer(status: number, headers: Record<string, string> = {}): Answer {
  return { url: new URL("https://r.example/"), status, headers: new Headers(headers), body: Buffer.alloc(0) };
}

/** Plays the outcomes in turn, the last one for ever, and keeps the pauses that were made. */
function play(...outcomes: (Answer | Error)[]) {
  const pauses: number[] = [];
  let tries = 0;
  const pace: Pace = {
    now: () => NOW,
    sleep: async (milliseconds) => {
      pauses.push(milliseconds);
    },
  };
  const attempt = async (): Promise<Answer> => {
    const outcome = outcomes[Math.min(tries++, outcomes.length - 1)];
    if (outcome === undefined || outcome instanceof Error) throw outcome;
    return outcome;
  };
  return { result: withRetries(attempt, pace, signal), pauses };
}

describe("what may pass is tried again", () => {
  it.each([
    ["a 429", answer(429)],
    ["a 503", answer(503)],
    ["a lost connection", new RegistryError("UNREACHABLE", "gone")],
  ])("%s", async (_, failure) => {
    const { result, pauses } = play(failure, failure, answer(200));
    await expect(result).resolves.toMatchObject({ status: 200 });
    expect(pauses).toEqual([200, 400]);
  });

  it.each([
    ["a 429", answer(429), "RATE_LIMITED"],
    ["a 503", answer(503), "UNREACHABLE"],
    ["a lost connection", new RegistryError("UNREACHABLE", "gone"), "UNREACHABLE"],
  ])("but not for ever: %s", async (_, failure, code) => {
    const { result, pauses } = play(failure);
    await expect(result).rejects.toMatchObject({ code });
    expect(pauses).toEqual([200, 400, 800]);
  });
});

describe("what will not pass is not", () => {
  it.each([200, 401, 403, 404, 501])("status %i is an answer", async (status) => {
    const { result, pauses } = play(answer(status));
    await expect(result).resolves.toMatchObject({ status });
    expect(pauses).toEqual([]);
  });

  it("a digest that does not match stays what it is", async () => {
    const { result, pauses } = play(new RegistryError("TOO_LARGE", "no"));
    await expect(result).rejects.toMatchObject({ code: "TOO_LARGE" });
    expect(pauses).toEqual([]);
  });
});

describe("Retry-After", () => {
  it.each([
    ["in seconds", "3", 3_000],
    ["as a date", "Thu, 01 Jan 2026 00:00:04 GMT", 4_000],
    ["in the past", "Wed, 31 Dec 2025 00:00:00 GMT", 200],
    ["not understood", "soon", 200],
  ])("%s", async (_, value, pause) => {
    const { result, pauses } = play(answer(429, { "retry-after": value }), answer(200));
    await expect(result).resolves.toMatchObject({ status: 200 });
    expect(pauses).toEqual([pause]);
  });

  it.each(["6", "999999999", "Fri, 02 Jan 2026 00:00:00 GMT"])("beyond the bound: %s", async (value) => {
    const { result, pauses } = play(answer(429, { "retry-after": value }), answer(200));
    await expect(result).rejects.toMatchObject({ code: "RATE_LIMITED" });
    expect(pauses).toEqual([]);
  });
});

it("ends with a timeout where the time is up during a pause", async () => {
  const pace: Pace = {
    now: () => NOW,
    sleep: () => Promise.reject(new Error("aborted")),
  };
  const result = withRetries(async () => answer(503), pace, signal);
  await expect(result).rejects.toMatchObject({ code: "TIMEOUT" });
});
