import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const FACE = join(import.meta.dirname, "../../../src/kube/index.ts");

/** Whether the official client was loaded by the time that the script has run. */
async function loadsOfficialClient(script: string): Promise<boolean> {
  const code = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    const kube = await import(${JSON.stringify(FACE)});
    ${script}
    console.log(loaded.some((url) => url.includes("@kubernetes/client-node")));`;
  const run = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code]);
  return run.stdout.trim() === "true";
}

describe("the official client, which is large", () => {
  it("is not loaded to run in a pod, or for a kubeconfig in a Secret", async () => {
    const attempts = "await Promise.allSettled([kube.inCluster(), kube.fromKubeConfigText('{}')]);";
    expect(await loadsOfficialClient(attempts)).toBe(false);
  });

  it("is loaded for a person's kubeconfig", async () => {
    const attempt = "await Promise.allSettled([kube.fromKubeConfigFile('/nonexistent')]);";
    expect(await loadsOfficialClient(attempt)).toBe(true);
  });
});
