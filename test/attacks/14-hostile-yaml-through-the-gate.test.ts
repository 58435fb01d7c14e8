import { beforeEach, describe, expect, it } from "vitest";
import { codesOf } from "../support/codes.ts";
import { type Flow, useFlows } from "../support/flow.ts";
import { readTarget } from "../support/invariants.ts";
import type { World } from "../support/world.ts";

const openFlow = useFlows();
let flow: Flow;
let world: World;

beforeEach(async () => {
  flow = await openFlow();
  world = flow.world;
});

const HEADER = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n";

/** Ten levels, each of ten aliases of the one before: ten thousand million nodes. */
const BOMB = Array.from({ length: 10 }, (_, level) => {
  const members = level === 0 ? "x, x" : Array.from({ length: 10 }, () => `*a${level - 1}`).join(", ");
  return `  a${level}: &a${level} [${members}]\n`;
}).join("");

describe("attack 14: YAML that readers take differently, or cannot take at all", () => {
  it.each([
    ["aliases that grow without end", `${HEADER}data:\n${BOMB}`, "TOO_MANY_NODES"],
    ["deep nesting", `${HEADER}data: ${"[".repeat(200)}${"]".repeat(200)}\n`, "TOO_DEEP"],
    ["nesting that never closes", `${HEADER}data: ${"[".repeat(100_000)}`, "TOO_DEEP"],
    ["a key that is no key to JavaScript", `${HEADER}data: {__proto__: "1"}\n`, "FORBIDDEN_KEY"],
    ["a key given twice", `${HEADER}data: {a: "1", a: "2"}\n`, "DUPLICATE_KEY"],
    ["a second kind", `${HEADER}kind: Secret\n`, "DUPLICATE_KEY"],
    ["a merge key", `${HEADER}data: {<<: {a: "1"}}\n`, "FORBIDDEN_YAML_FEATURE"],
    ["a NUL", `${HEADER}data: {a: "\0"}\n`, "FORBIDDEN_CHARACTER"],
    ["a text that is a boolean to others", `${HEADER}data: {a: yes}\n`, "AMBIGUOUS_SCALAR"],
    ["more than a file may have", `${HEADER}data: {a: "${"x".repeat(9 * 1024 * 1024)}"}\n`, "TOO_LARGE"],
  ])("is refused: %s", async (_, text, code) => {
    await world.push({ tree: world.tree(1, { "prod/settings.yaml": text }), message: "hostile" });
    const { decision } = await flow.run();
    expect(codesOf(decision)).toEqual([`render ${code}`]);
    expect(await flow.story()).toEqual(["deny hostile"]);
    expect(await flow.replicas()).toBeUndefined();
  });

  it("(the honest twin): aliases, quotes and many keys, each within bounds", async () => {
    const text = `${HEADER}data: {a: &a "yes", b: *a, constructor: "1"}\n`;
    await world.push({ tree: world.tree(1, { "prod/settings.yaml": text }) });
    expect(codesOf((await flow.run()).decision)).toEqual([]);
    const settings = (await readTarget(world.out))?.objects.find(({ kind }) => kind === "ConfigMap");
    expect(settings?.data).toEqual({ a: "yes", b: "yes", constructor: "1" });
  });
});
