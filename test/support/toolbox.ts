import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where the Go module lies that pins the tools. */
export const toolsModule = join(import.meta.dirname, "..", "tools");

/** The programs that `npm run tools` builds, and the Go package of each. */
const PACKAGES = {
  crane: "github.com/google/go-containerregistry/cmd/crane",
  cosign: "github.com/sigstore/cosign/v3/cmd/cosign",
  cosign2: "github.com/sigstore/cosign/v2/cmd/cosign",
  opa: "github.com/open-policy-agent/opa",
  conftest: "github.com/open-policy-agent/conftest",
  notecheck: "./notecheck",
  tesseracheck: "./tesseracheck",
  tesseralog: "./tesseralog",
  referrersregistry: "./referrersregistry",
  kubeyaml: "./kubeyaml",
} as const;

export type ToolName = keyof typeof PACKAGES;

export const toolNames = Object.keys(PACKAGES) as ToolName[];

export interface Tool {
  readonly name: ToolName;
  readonly package: string;
  /** Where the built program lies, once it is built. Names all that it is built from. */
  readonly path: string;
}

export function locateTool(name: ToolName): Tool {
  const package_ = PACKAGES[name];
  const directory = `${name}-${digestOf(package_).slice(0, 16)}`;
  return { name, package: package_, path: join(cacheDirectory(), directory, name) };
}

export function isBuilt(tool: Tool): boolean {
  return existsSync(tool.path);
}

function cacheDirectory(): string {
  return process.env.SLUICE_TOOLS_CACHE ?? join(homedir(), ".cache", "sluice-tools");
}

/** go.mod and go.sum pin the Go release and every dependency; only our own programs have sources besides. */
function digestOf(package_: string): string {
  const files = ["go.mod", "go.sum"];
  if (package_.startsWith("./")) files.push(...sourcesIn(package_), ...sourcesIn("internal/report"));
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(join(toolsModule, file)));
  return hash.digest("hex");
}

function sourcesIn(folder: string): string[] {
  return readdirSync(join(toolsModule, folder))
    .filter((file) => file.endsWith(".go"))
    .sort()
    .map((file) => join(folder, file));
}
