import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished } from "vitest";

const IDENTITY = "Test <test@bank.example>";
const FIRST_SECOND = 1_700_000_000;

const ENVIRONMENT = {
  PATH: process.env.PATH,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "Test",
  GIT_AUTHOR_EMAIL: "test@bank.example",
  GIT_COMMITTER_NAME: "Test",
  GIT_COMMITTER_EMAIL: "test@bank.example",
  GIT_AUTHOR_DATE: `${FIRST_SECOND} +0000`,
  GIT_COMMITTER_DATE: `${FIRST_SECOND} +0000`,
};

/** A folder that is gone when the test is over. */
export function makeFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "sluice-git-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Runs real git with nothing of this machine's configuration; gives its output, trimmed. */
export function git(directory: string, args: readonly string[], input?: string | Uint8Array): string {
  return gitBytes(directory, args, input).toString("utf8").trim();
}

export function gitBytes(directory: string, args: readonly string[], input?: string | Uint8Array): Buffer {
  return execFileSync("git", ["-c", "protocol.file.allow=always", ...args], {
    cwd: directory,
    ...(input === undefined ? {} : { input }),
    maxBuffer: 1024 * 1024 * 1024,
    stdio: ["pipe", "pipe", "pipe"],
    env: ENVIRONMENT,
  });
}

/** As {@link git}, for what talks to a server in this process, which would wait for itself otherwise. */
export async function gitAsync(directory: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("git", args, {
    cwd: directory,
    env: ENVIRONMENT,
    timeout: 20_000,
  });
  return stdout.trim();
}

/** A new bare repository `<name>.git` in `parent`. */
export function makeBareRepository(parent: string, name = "config"): string {
  const path = join(parent, `${name}.git`);
  mkdirSync(path);
  git(path, ["init", "--quiet", "--bare", "--initial-branch=main"]);
  return path;
}

export type Files = Readonly<Record<string, string>>;

export interface NewCommit {
  readonly parents?: readonly string[];
  /** The whole tree. */
  readonly files?: Files;
  /** Seconds after the first. */
  readonly at?: number;
  readonly message?: string;
}

/** Writes a commit with a whole tree of files; gives its oid. No ref moves. */
export function commit(
  repository: string,
  { parents = [], files = {}, at = 0, message = "change" }: NewCommit,
): string {
  const tree = writeTree(repository, files);
  return commitTree(repository, { tree, parents, at, message });
}

export function commitTree(
  repository: string,
  {
    tree,
    parents = [],
    at = 0,
    message = "change",
  }: { tree: string; parents?: readonly string[]; at?: number; message?: string },
): string {
  const when = `${FIRST_SECOND + at} +0000`;
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${IDENTITY} ${when}`,
    `committer ${IDENTITY} ${when}`,
    "",
    message,
    "",
  ];
  return hashObject(repository, "commit", lines.join("\n"));
}

/** Stores an object as it is, however malformed. */
export function hashObject(repository: string, type: string, content: string | Uint8Array): string {
  return git(repository, ["hash-object", "-w", "--literally", "--stdin", "-t", type], content);
}

export interface RawEntry {
  readonly mode: string;
  readonly name: string | Uint8Array;
  readonly oid: string;
}

/** Stores a tree of exactly these entries, in this order. */
export function rawTree(repository: string, entries: readonly RawEntry[]): string {
  const parts = entries.flatMap(({ mode, name, oid }) => [
    Buffer.from(`${mode} `),
    Buffer.from(name),
    Buffer.from([0]),
    Buffer.from(oid, "hex"),
  ]);
  return hashObject(repository, "tree", Buffer.concat(parts));
}

function writeTree(repository: string, files: Files): string {
  const folders = new Map<string, Record<string, string>>();
  const lines: string[] = [];
  for (const [path, content] of Object.entries(files)) {
    const [first = "", ...rest] = path.split("/");
    if (rest.length === 0) lines.push(`100644 blob ${hashObject(repository, "blob", content)}\t${first}`);
    else folders.set(first, { ...folders.get(first), [rest.join("/")]: content });
  }
  for (const [name, inner] of folders) lines.push(`040000 tree ${writeTree(repository, inner)}\t${name}`);
  return git(repository, ["mktree"], lines.map((line) => `${line}\n`).join(""));
}

export function setBranch(repository: string, branch: string, oid: string): void {
  git(repository, ["update-ref", `refs/heads/${branch}`, oid]);
}

/** A line of commits, oldest first, on `main`. */
export function commitLine(repository: string, count: number, parent?: string): string[] {
  const line: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const before = line.at(-1) ?? parent;
    const files = { "app.yaml": `revision: ${parent ?? ""}${index}\n` };
    line.push(commit(repository, { parents: before === undefined ? [] : [before], files, at: index }));
  }
  const head = line.at(-1);
  if (head !== undefined) setBranch(repository, "main", head);
  return line;
}

export function putFile(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

export function sorted(list: readonly string[]): string[] {
  return list.toSorted((a, b) => (a < b ? -1 : 1));
}

/** Refused, and with this code. */
export function expectCode(attempt: () => unknown, code: string): void {
  expect(attempt).toThrow(expect.objectContaining({ code }));
}
