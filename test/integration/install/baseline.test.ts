import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../../support/cli.ts";
import { ROOT } from "./overlay.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-baseline-"));
  await writeFile(join(folder, "parameters.yaml"), "registries: [registry.bank.example]\n");
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

interface Finding {
  readonly package: string;
  readonly object: string;
}

/** What the baseline says of a folder of manifests, as rendered by Sluice itself. */
async function judge(path: string, change = (rendered: string) => rendered): Promise<string[]> {
  const rendered = await runCli(["render", path, "--root", join(ROOT, "manifests")]);
  expect(rendered).toMatchObject({ code: 0, stderr: "" });
  const input = join(folder, "rendered.yaml");
  await writeFile(input, change(rendered.stdout));
  const parameters = join(folder, "parameters.yaml");
  const bundle = join(ROOT, "policies/baseline");
  const { stdout } = await runCli([
    ...["policy", "eval", bundle, "--input", input, "--parameters", parameters, "--output", "json"],
  ]);
  const { findings, faults }: { findings: Finding[]; faults: unknown[] } = JSON.parse(stdout);
  expect(faults).toEqual([]);
  return findings.map(
    (finding) => `${finding.package.split(".").at(-1)} ${finding.object.split(" ").slice(1).join(" ")}`,
  );
}

/** docs/install.md says why. */
const KNOWN = ["rbac_escalation ClusterRole sluice-controller", "rbac_escalation ClusterRole sluice-tenant"];

test("the install passes the baseline but for what it says of impersonation, and the image that is yet to be named", async () => {
  const image = ["image_digest", "image_registry"].map((rule) => `${rule} Deployment sluice-system/sluice`);
  const install = join(ROOT, "manifests/install");
  expect(new Set(await judge(install))).toEqual(new Set([...image, ...KNOWN]));
  const named = `image: registry.bank.example/sluice@sha256:${"5".repeat(64)}`;
  expect(new Set(await judge(install, (text) => text.replace(/image: sluice$/m, named)))).toEqual(
    new Set(KNOWN),
  );
  const asRoot = (text: string) => text.replace("runAsNonRoot: true", "runAsNonRoot: false");
  expect(await judge(install, asRoot)).toContain("run_as_non_root Deployment sluice-system/sluice");
});

test("the guard passes the baseline", async () => {
  expect(await judge(join(ROOT, "manifests/guard"))).toEqual([]);
});
