import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

export interface LockedPackage {
  readonly version: string;
  readonly integrity: string;
  readonly optional?: boolean;
}

export type LockedPackages = Readonly<Record<string, LockedPackage>>;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program that stands in for Sluice: says what it was given, and ends with the code in its first argument. */
const PROGRAM = `
console.log(JSON.stringify(process.argv.slice(2)));
process.exitCode = Number(process.argv[2] ?? 0);
`;

/** An `npm` that counts its calls, takes its time, and leaves what `npm ci` leaves. */
const NPM = `#!/bin/sh
echo "$@" >> npm-calls
sleep 0.3
[ -e npm-fails ] && exit 1
mkdir -p node_modules && cp package-lock.json node_modules/.package-lock.json
echo "added packages"
`;

/** A directory with our real `bin/` and `scripts/`, and pretended packages around them. */
export class Checkout {
  readonly directory = mkdtempSync(join(tmpdir(), "sluice-bootstrap-"));

  constructor() {
    cpSync(join(root, "bin"), join(this.directory, "bin"), { recursive: true });
    cpSync(join(root, "scripts"), join(this.directory, "scripts"), { recursive: true });
    this.write("package.json", `{ "type": "module" }`);
    this.write("src/cli/main.ts", PROGRAM);
    this.write("path/npm", NPM, 0o755);
    this.lock({ "node_modules/a": { version: "1.0.0", integrity: "sha512-a" } });
  }

  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(join(this.directory, path)), { recursive: true });
    writeFileSync(join(this.directory, path), text, { mode });
  }

  remove(path: string): void {
    rmSync(join(this.directory, path), { recursive: true });
  }

  has(path: string): boolean {
    return existsSync(join(this.directory, path));
  }

  /** What package-lock.json wants. */
  lock(packages: LockedPackages): void {
    this.write("package-lock.json", JSON.stringify({ packages: { "": {}, ...packages } }));
  }

  /** What npm says it installed. */
  installed(packages: LockedPackages): void {
    this.write("node_modules/.package-lock.json", JSON.stringify({ packages }));
  }

  npmCalls(): string[] {
    if (!this.has("npm-calls")) return [];
    return readFileSync(join(this.directory, "npm-calls"), "utf8").trimEnd().split("\n");
  }

  /** Runs `bin/sluice` with the pretended npm before the real one. */
  sluice(
    args: string[] = [],
    path = `${join(this.directory, "path")}:${process.env.PATH ?? ""}`,
  ): Promise<Ended> {
    return run([join(this.directory, "bin", "sluice"), ...args], { ...process.env, PATH: path });
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true });
  }
}

/** Runs Node to its end. */
export function run(args: string[], env: NodeJS.ProcessEnv = process.env): Promise<Ended> {
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
