import { expect, expectTypeOf, it } from "vitest";
import { CANARY, findCanary } from "../../test/support/canary.ts";
import { createLogger, type Logger } from "./logs.ts";

function bench(level: "debug" | "info") {
  const lines: string[] = [];
  return { lines, log: createLogger(level, { write: (line) => void lines.push(line) }) };
}

it("writes lines of JSON with what they are about, from its level on", () => {
  const { lines, log } = bench("info");
  log.debug({ gate: "payments/prod" }, "nothing new");
  log.info({ gate: "payments/prod", revision: "4f2c", stage: "verify" }, "refused");
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { level: "info", gate: "payments/prod", revision: "4f2c", stage: "verify", msg: "refused" },
  ]);
});

it("lets no credentials out, wherever somebody put them", () => {
  const { lines, log } = bench("debug");
  const secret = {
    token: CANARY,
    bearerToken: CANARY,
    data: { password: CANARY },
    stringData: { a: CANARY },
  };
  log.info({ secret, ...secret, config: { credentials: { password: CANARY } } }, "looked");
  const error = new Error(CANARY, { cause: CANARY });
  log.error({ err: error, error }, "failed");
  expect(lines).toHaveLength(2);
  expect(lines.flatMap(findCanary)).toEqual([]);
  expectTypeOf(error).not.toExtend<Parameters<Logger["error"]>[0]>(); // alone it would be logged with its words
});
