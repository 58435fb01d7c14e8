import { describe, expect, it } from "vitest";
import { MAX_TEXT } from "./limits.ts";
import { readReasons } from "./reasons.ts";

const rule = "sluice/object/a/deny";

function read(...reasons: unknown[]) {
  return readReasons([{ result: reasons.map((reason) => ({ rule, reason })) }]);
}

describe("readReasons", () => {
  it("takes strings, and objects with a message", () => {
    expect(read("no", { msg: "no", path: "/a", remediation: "do", other: 1 }, { msg: "no" })).toEqual([
      { entrypoint: rule, message: "no" },
      { entrypoint: rule, message: "no", path: "/a", remediation: "do" },
      { entrypoint: rule, message: "no" },
    ]);
    expect(read()).toEqual([]);
  });

  it.each([
    1,
    null,
    true,
    ["no"],
    {},
    { mesg: "no" },
    { msg: 1 },
    { msg: "no", path: ["a"] },
    { msg: "no", remediation: {} },
  ])("cannot read %j, even among others", (reason) => {
    expect(read("no", reason)).toBeUndefined();
  });

  it.each([
    [undefined],
    [{}],
    [[]],
    [[{}]],
    [[{ result: {} }]],
    [[{ result: true }]],
    [[{ result: ["no"] }]],
    [[{ result: [{ reason: "no" }] }]],
    [[{ result: [] }, { result: [] }]],
  ])("takes no %j for a set without reasons", (resultSet) => {
    expect(readReasons(resultSet)).toBeUndefined();
  });

  it("cuts long texts, and leaves them well-formed", () => {
    expect(read("x".repeat(MAX_TEXT))?.[0]?.message).toBe("x".repeat(MAX_TEXT));
    expect(read("x".repeat(MAX_TEXT + 1))?.[0]?.message).toBe(`${"x".repeat(MAX_TEXT)}…`);
    const halved = read({ msg: "x", path: `${"x".repeat(MAX_TEXT - 1)}😀` })?.[0]?.path;
    expect(halved?.isWellFormed()).toBe(true);
  });
});
