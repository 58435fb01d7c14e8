import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Checkout, run } from "./checkout.ts";

const child = pathToFileURL(join(import.meta.dirname, "..", "..", "scripts", "child.mjs"));

/** A process that stands aside for a child with the given code, and ends as it ended. */
function standAside(code: string): string[] {
  const options = `{ stdio: ["ignore", "inherit", "inherit"] }`;
  return [
    "--input-type=module",
    "--eval",
    `import { endAs, startChild } from "${child.href}";
     endAs(await startChild(process.execPath, ["--eval", ${JSON.stringify(code)}], ${options}));`,
  ];
}

describe("a process that hands over", () => {
  it.each([0, 1, 7])("ends with the child's code %i", async (code) => {
    expect(await run(standAside(`process.exit(${code})`))).toMatchObject({ code, signal: null });
  });

  it.each(["SIGTERM", "SIGKILL"] as const)("ends by the child's %s", async (signal) => {
    expect(await run(standAside(`process.kill(process.pid, "${signal}")`))).toMatchObject({
      code: null,
      signal,
    });
  });

  it("passes signals on, and waits for what the child makes of them", async () => {
    const code = `process.once("SIGTERM", () => process.exit(3)); setInterval(() => {}, 1000);
                  process.kill(process.ppid, "SIGTERM")`;
    expect(await run(standAside(code))).toMatchObject({ code: 3, signal: null });
  });
});

describe("bin/sluice under another process", () => {
  let checkout: Checkout;
  let started: ChildProcess;

  beforeEach(async () => {
    checkout = new Checkout();
    checkout.remove("package-lock.json");
    checkout.write("src/cli/main.ts", `process.send?.("up"); setInterval(() => {}, 1000);`);
    started = fork(join(checkout.directory, "bin", "sluice"));
    await once(started, "message");
  });

  afterEach(() => {
    started.kill("SIGKILL");
    checkout[Symbol.dispose]();
  });

  it("does not outlive it, even when that was killed outright", async () => {
    started.disconnect();
    const [code, signal] = await once(started, "exit");
    expect([code, signal]).toEqual([null, "SIGKILL"]);
  });
});
