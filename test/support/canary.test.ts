import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { CANARY, findCanary, findCanaryFiles } from "./canary.ts";

describe("the canary is found", () => {
  it.each([
    ["as it is", `password: ${CANARY}`],
    ["in JSON", JSON.stringify({ password: CANARY })],
    ["in JSON in JSON", JSON.stringify(JSON.stringify({ password: CANARY }))],
    ["in a URL", `https://u:${encodeURIComponent(CANARY)}@host`],
    ["in base64", Buffer.from(CANARY).toString("base64")],
    ["in base64 behind a name", Buffer.from(`robot:${CANARY}`).toString("base64")],
    ["in base64 between others", Buffer.from(`ab${CANARY}cd`).toString("base64")],
    ["in base64 for URLs", Buffer.from(`a${CANARY}`).toString("base64url")],
    ["in JSON in base64", Buffer.from(JSON.stringify({ password: CANARY })).toString("base64")],
    [
      "in base64 in base64",
      Buffer.from(`{"a":"${Buffer.from(CANARY).toString("base64")}"}`).toString("base64"),
    ],
    ["in bytes", Buffer.from([0xff, ...Buffer.from(CANARY), 0xff])],
    ["in an error's cause", new Error("outer", { cause: new Error(CANARY) })],
    ["in a field of an error", Object.assign(new Error("outer"), { headers: { authorization: CANARY } })],
    ["in a map", new Map([["a", { b: [CANARY] }]])],
  ])("%s", (_, seen) => {
    expect(findCanary(seen)).not.toEqual([]);
  });

  it("in files, but for those that may hold it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sluice-canary-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "a"), `x${CANARY}`);
    await writeFile(join(folder, "b"), "nothing");
    expect(await findCanaryFiles(folder)).toEqual([join(folder, "a")]);
    expect(await findCanaryFiles(folder, ["a"])).toEqual([]);
  });
});

it("nothing is found where it is not", () => {
  expect(findCanary("kanari")).toEqual([]);
  expect(findCanary(new Error("kanari 5a17"))).toEqual([]);
});
