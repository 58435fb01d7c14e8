import { describe, expect, it } from "vitest";
import { runCli } from "../../support/cli.ts";

describe("sluice run", () => {
  it.each([
    ["files and a cluster at once", ["-f", "gate.yaml", "--kubernetes"]],
    ["neither files nor a cluster", []],
    ["gates of a cluster by name", ["--kubernetes", "payments"]],
    ["a cluster's gates once", ["--kubernetes", "--once"]],
    ["no gates at a time", ["--kubernetes", "--concurrency", "0"]],
    ["no time between looks", ["--kubernetes", "--min-interval", "0s"]],
    ["an address without a port", ["--kubernetes", "--metrics-address", "localhost"]],
    ["a level that there is none of", ["--kubernetes", "--log-level", "loud"]],
    ["a cluster that nobody describes", ["--kubernetes", "--kubeconfig", "/nonexistent/kubeconfig"]],
  ])("does not take %s", async (_, args) => {
    const { code, stdout, stderr } = await runCli(["run", ...args]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).not.toBe("");
    expect(stderr).not.toContain("    at ");
  });
});
