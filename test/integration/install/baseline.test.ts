import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../../support/cli.ts";
import { GUARD, INSTALL, ROOT } from "./overlay.ts";

let folder: string;
/** The install and the guard, as Sluice itself renders them. */
let rendered: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-baseline-"));
  await writeFile(join(folder, "parameters.yaml"), "registries: [registry.bank.example]\n");
  const parts = await Promise.all([INSTALL, GUARD].map(render));
  rendered = parts.join("---\n");
}, 60_000);

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function render(path: string): Promise<string> {
  const { code, stdout, stderr } = await runCli(["render", path, "--root", join(ROOT, "manifests")]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

interface Finding {
  readonly package: string;
  readonly object: string;
}

/** What the baseline says of manifests: rule, kind and name. */
async function judge(manifests: string): Promise<ReadonlySet<string>> {
  const input = join(folder, "rendered.yaml");
  const parameters = join(folder, "parameters.yaml");
  await writeFile(input, manifests);
  const options = ["--input", input, "--parameters", parameters, "--output", "json"];
  const { stdout } = await runCli(["policy", "eval", join(ROOT, "policies/baseline"), ...options]);
  const { findings, faults }: { findings: Finding[]; faults: unknown[] } = JSON.parse(stdout);
  expect(faults).toEqual([]);
  return new Set(
    findings.map((finding) => `${lastOf(finding.package, ".")} ${finding.object.replace(/^\S+ /, "")}`),
  );
}

function lastOf(text: string, separator: string): string {
  return text.split(separator).at(-1) ?? "";
}

/** docs/install.md says why. */
const KNOWN = ["rbac_escalation ClusterRole sluice-controller", "rbac_escalation ClusterRole sluice-tenant"];

const ofDeployment = (rule: string): string => `${rule} Deployment sluice-system/sluice`;

test("the manifests pass the baseline but for impersonation, and an image that an overlay has yet to name", async () => {
  expect(await judge(rendered)).toEqual(
    new Set([...KNOWN, ...["image_digest", "image_registry"].map(ofDeployment)]),
  );
}, 60_000);

test("with an image they pass but for impersonation, and are seen to be laxer where they are", async () => {
  const named = `image: registry.bank.example/sluice@sha256:${"5".repeat(64)}`;
  const laxer = rendered
    .replace(/image: sluice$/m, named)
    .replace("readOnlyRootFilesystem: true", "privileged: true")
    .replace("runAsNonRoot: true", "runAsNonRoot: false");
  expect(await judge(laxer)).toEqual(
    new Set([...KNOWN, ...["privileged", "run_as_non_root"].map(ofDeployment)]),
  );
}, 60_000);
