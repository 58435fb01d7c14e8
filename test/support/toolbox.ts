import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const toolsModule = join(import.meta.dirname, "..", "tools");

/** A program of Go, and how it is built beside `go build`'s usual flags. */
interface Recipe {
  readonly package: string;
  /** The folder of the Go module that pins it, below `test/tools`. */
  readonly module?: string;
  readonly linkerFlags?: string;
}

/** What Kubernetes' own build stamps in: without it the API server says, and emulates, version 0.0. */
const KUBERNETES_VERSION = ["gitVersion=v1.36.3", "gitMajor=1", "gitMinor=36"]
  .map((value) => `-X k8s.io/component-base/version.${value}`)
  .join(" ");

/** A module of its own: its requirements would move those of the other tools. */
const KUBERNETES = { module: "kubernetes", linkerFlags: KUBERNETES_VERSION };

/** A module of its own too: gitsign, and a Sigstore of the releases that gitsign itself asks for. */
const GITSIGN = { module: "gitsign" };

/** The programs that `npm run tools` builds. */
const RECIPES = {
  crane: { package: "github.com/google/go-containerregistry/cmd/crane" },
  cosign: { package: "github.com/sigstore/cosign/v3/cmd/cosign" },
  cosign2: { package: "github.com/sigstore/cosign/v2/cmd/cosign" },
  opa: { package: "github.com/open-policy-agent/opa" },
  conftest: { package: "github.com/open-policy-agent/conftest" },
  notecheck: { package: "./notecheck" },
  tesseracheck: { package: "./tesseracheck" },
  tesseralog: { package: "./tesseralog" },
  referrersregistry: { package: "./referrersregistry" },
  kubeyaml: { package: "./kubeyaml" },
  cmspeer: { ...GITSIGN, package: "./cmspeer" },
  gitsign: { ...GITSIGN, package: "github.com/sigstore/gitsign" },
  fulcio: { ...GITSIGN, package: "github.com/sigstore/fulcio" },
  "rekor-server": { ...GITSIGN, package: "github.com/sigstore/rekor/cmd/rekor-server" },
  ct_server: { ...GITSIGN, package: "github.com/google/certificate-transparency-go/trillian/ctfe/ct_server" },
  logstorage: { ...GITSIGN, package: "./logstorage" },
  etcd: { ...KUBERNETES, package: "go.etcd.io/etcd/server/v3" },
  "kube-apiserver": { ...KUBERNETES, package: "k8s.io/kubernetes/cmd/kube-apiserver" },
  kubectl: { ...KUBERNETES, package: "k8s.io/kubernetes/cmd/kubectl" },
} as const satisfies Record<string, Recipe>;

export type ToolName = keyof typeof RECIPES;

export const toolNames = Object.keys(RECIPES) as ToolName[];

export interface Tool {
  readonly name: ToolName;
  readonly package: string;
  /** The folder of the Go module that pins it. */
  readonly module: string;
  readonly linkerFlags: string;
  /** Where the built program lies, once it is built. Names all that it is built from. */
  readonly path: string;
}

export function locateTool(name: ToolName): Tool {
  const recipe: Recipe = RECIPES[name];
  const { package: package_, linkerFlags = "" } = recipe;
  const module = join(toolsModule, recipe.module ?? ".");
  const directory = `${name}-${digestOf(module, recipe).slice(0, 16)}`;
  return { name, package: package_, module, linkerFlags, path: join(cacheDirectory(), directory, name) };
}

export function isBuilt(tool: Tool): boolean {
  return existsSync(tool.path);
}

function cacheDirectory(): string {
  return process.env.SLUICE_TOOLS_CACHE ?? join(homedir(), ".cache", "sluice-tools");
}

/** go.mod and go.sum pin the Go release and every dependency; only our own programs have sources besides. */
function digestOf(module: string, { package: package_, linkerFlags = "" }: Recipe): string {
  const files = ["go.mod", "go.sum"];
  if (package_.startsWith("./")) {
    const folders = [package_, "internal/report"].filter((folder) => existsSync(join(module, folder)));
    files.push(...folders.flatMap((folder) => sourcesIn(module, folder)));
  }
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(join(module, file)));
  return hash.update(linkerFlags).digest("hex");
}

function sourcesIn(module: string, folder: string): string[] {
  return readdirSync(join(module, folder))
    .filter((file) => file.endsWith(".go"))
    .sort()
    .map((file) => join(folder, file));
}
