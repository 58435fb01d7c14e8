import { mkdtemp, realpath, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

export const ROOT = join(import.meta.dirname, "../../..");
export const INSTALL = join(ROOT, "manifests/install");
export const GUARD = join(ROOT, "manifests/guard");

/** Where a cluster has Sluice. */
export const NAMESPACE = "sluice-system";

export const SLUICE = `system:serviceaccount:${NAMESPACE}:sluice`;

const DIGEST = `sha256:${"5".repeat(64)}`;

/** What a cluster's own folder would have: the base, some components, and the image by its digest. */
export async function writeOverlay(components: readonly string[] = []): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "sluice-overlay-")));
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: [relative(folder, INSTALL)],
    components: components.map((name) => relative(folder, join(INSTALL, "components", name))),
    images: [{ name: "sluice", newName: "registry.bank.example/sluice", digest: DIGEST }],
  };
  await writeFile(join(folder, "kustomization.yaml"), JSON.stringify(kustomization));
  return folder;
}
