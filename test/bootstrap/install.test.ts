import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Checkout } from "./checkout.ts";

const a = { version: "1.0.0", integrity: "sha512-a" };
const LOCK = ".sluice/install.lock";

describe("bin/sluice in a checkout", () => {
  let checkout: Checkout;

  beforeEach(() => {
    checkout = new Checkout();
  });

  afterEach(() => {
    checkout[Symbol.dispose]();
  });

  it("installs the locked packages first, runs none of their scripts, and keeps stdout for the answer", async () => {
    const ended = await checkout.sluice(["0", "x y"]);
    expect(ended).toMatchObject({ code: 0, stdout: '["0","x y"]\n' });
    expect(checkout.npmCalls()).toEqual([expect.stringMatching(/^ci --ignore-scripts /)]);
    expect(checkout.has(LOCK)).toBe(false);
  });

  it("installs once, and again when the lock file changes", async () => {
    await checkout.sluice();
    await checkout.sluice();
    expect(checkout.npmCalls()).toHaveLength(1);
    checkout.lock({ "node_modules/a": { ...a, version: "1.0.1" } });
    await checkout.sluice();
    expect(checkout.npmCalls()).toHaveLength(2);
  });

  it.each([
    ["the same packages", { "node_modules/a": a }, 0],
    ["one more", { "node_modules/a": a, "node_modules/b": a }, 0],
    ["another version", { "node_modules/a": { ...a, version: "1.0.1" } }, 1],
    ["another content", { "node_modules/a": { ...a, integrity: "sha512-b" } }, 1],
    ["none", {}, 1],
  ])("takes what is installed, %s", async (_what, installed, calls) => {
    checkout.installed(installed);
    await checkout.sluice();
    expect(checkout.npmCalls()).toHaveLength(calls);
  });

  it("does without an optional package, which may be for another platform", async () => {
    checkout.lock({ "node_modules/a": a, "node_modules/b": { ...a, optional: true } });
    checkout.installed({ "node_modules/a": a });
    await checkout.sluice();
    expect(checkout.npmCalls()).toEqual([]);
  });

  it("installs once when two start together", async () => {
    const both = await Promise.all([checkout.sluice(), checkout.sluice()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(checkout.npmCalls()).toHaveLength(1);
  });

  it("takes over the lock of a process that is gone", async () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    checkout.write(LOCK, String(pid));
    expect(await checkout.sluice()).toMatchObject({ code: 0 });
    expect(checkout.has(LOCK)).toBe(false);
    expect(checkout.has(`${LOCK}.reclaim`)).toBe(false);
  });

  it("is a fault when npm fails, and leaves no lock", async () => {
    checkout.write("npm-fails", "");
    expect(await checkout.sluice()).toMatchObject({ code: 2, stdout: "" });
    expect(checkout.has(LOCK)).toBe(false);
  });

  it("is a fault when there is no npm", async () => {
    const ended = await checkout.sluice([], "/nowhere");
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toContain("npm ci");
  });

  it("installs nothing where there is no lock file, as in a published package", async () => {
    checkout.remove("package-lock.json");
    expect(await checkout.sluice()).toMatchObject({ code: 0 });
    expect(checkout.npmCalls()).toEqual([]);
  });
});
