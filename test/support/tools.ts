import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { isBuilt, locateTool, type ToolName, toolNames } from "./toolbox.ts";

/** Programs of the system, and the Debian package that brings each. */
const SYSTEM_TOOLS = {
  git: "git",
  gpg: "gnupg",
  gpgsm: "gpgsm",
  openssl: "openssl",
  "ssh-keygen": "openssh-client",
  sshd: "openssh-server",
  "docker-registry": "docker-registry",
} as const;

export type SystemToolName = keyof typeof SYSTEM_TOOLS;

/**
 * What suites need that go on at length about what others show in short, in many cases or with many processes. A quick run leaves
 * them out, and says so: they run where the tools are built, and in CI.
 */
type Time = "time";

type AnyToolName = ToolName | SystemToolName | Time;

/** The absolute path of a tool that `npm run tools` built. */
export function tool(name: ToolName): string | undefined {
  const located = locateTool(name);
  return isBuilt(located) ? located.path : undefined;
}

/** Servers, which take their time to start: only for machines that are prepared for more than a quick run. */
const SERVERS: ReadonlySet<string> = new Set<SystemToolName>(["sshd", "docker-registry"]);

/** Whether `npm run tools` was run here. */
function isPrepared(): boolean {
  return toolNames.every((name) => isBuilt(locateTool(name)));
}

/** The absolute path of a program on the PATH. */
export function systemTool(name: SystemToolName): string | undefined {
  if (SERVERS.has(name) && !isPrepared()) return undefined;
  // Debian puts servers where an ordinary user's PATH does not look.
  const directories = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/bin"];
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

/**
 * A suite that needs real tools, and is handed their paths. Where one is missing the suite is recorded as
 * skipped with the way to get it; with SLUICE_REQUIRE_TOOLS=1, as in CI, it fails instead.
 */
export function describeWithTools<const Names extends readonly AnyToolName[]>(
  names: Names,
  title: string,
  define: (paths: Readonly<Record<Names[number], string>>) => void,
): void {
  const paths = new Map(names.map((name) => [name, find(name)]));
  const missing = names.filter((name) => paths.get(name) === undefined);
  if (missing.length === 0) {
    describe(title, () => define(Object.fromEntries(paths) as Record<Names[number], string>));
    return;
  }
  const remedies = [...new Set(missing.map(remedy))].join("; ");
  describe(title, () => {
    it(`needs ${missing.join(", ")}`, ({ skip }) => {
      if (process.env.SLUICE_REQUIRE_TOOLS !== "1") skip(remedies);
      expect(missing, remedies).toEqual([]);
    });
  });
}

function find(name: AnyToolName): string | undefined {
  if (name === "time") return isPrepared() ? "" : undefined;
  return isSystemTool(name) ? systemTool(name) : tool(name);
}

function remedy(name: AnyToolName): string {
  if (name === "time" || !isSystemTool(name)) return "npm run tools";
  const install = `apt-get install ${SYSTEM_TOOLS[name]}`;
  return SERVERS.has(name) ? `${install}; npm run tools` : install;
}

function isSystemTool(name: AnyToolName): name is SystemToolName {
  return Object.hasOwn(SYSTEM_TOOLS, name);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
