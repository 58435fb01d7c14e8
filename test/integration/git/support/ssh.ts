import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import type { SshAuth } from "../../../../src/git/index.ts";
import { systemTool } from "../../../support/tools.ts";
import { makeFolder } from "./git.ts";

export type KeyType = "ed25519" | "ecdsa-256" | "ecdsa-384" | "ecdsa-521" | "rsa" | "rsa-1024";

export interface SshKey {
  readonly path: string;
  readonly identity: string;
  /** Type and base64, as in a `.pub` file, without the comment. */
  readonly line: string;
}

/** A new key by `ssh-keygen`. */
export function makeSshKey(type: KeyType = "ed25519", passphrase = ""): SshKey {
  const path = join(makeFolder(), "key");
  const [kind = "", bits] = type.split("-");
  const size = bits === undefined ? [] : ["-b", bits];
  execFileSync("ssh-keygen", ["-q", "-t", kind, ...size, "-N", passphrase, "-C", "", "-a", "4", "-f", path]);
  const line = readFileSync(`${path}.pub`, "utf8").trim();
  return { path, identity: readFileSync(path, "utf8"), line };
}

export const LOGIN = userInfo().username;

export interface SshdOptions {
  readonly hostKeys?: readonly SshKey[];
  readonly users?: readonly SshKey[];
  /** Lines of sshd_config(5). */
  readonly config?: readonly string[];
  /** Whether it knows protocol 2 of git: by default a server does not take the variable that asks for it. */
  readonly isOld?: boolean;
}

export interface Sshd {
  readonly port: number;
  /** The URL of what lies at a path on this machine. */
  readonly url: (path: string) => string;
  /** What logs in, with the server's key as it is. */
  readonly auth: SshAuth;
  /** The name by which known_hosts files know it. */
  readonly name: string;
  readonly log: () => string;
}

/** A real sshd for one test, of whoever runs the tests, on loopback. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const { hostKeys = [makeSshKey()], users = [makeSshKey()], config = [], isOld = false } = options;
  const folder = makeFolder();
  const authorized = join(folder, "authorized_keys");
  writeFileSync(authorized, users.map(({ line }) => `${line}\n`).join(""));
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true }); // sshd of root wants it
  const port = await freePort();
  const lines = [
    `ListenAddress 127.0.0.1:${port}`,
    ...hostKeys.map(({ path }) => `HostKey ${path}`),
    `AuthorizedKeysFile ${authorized}`,
    "StrictModes no",
    "UsePAM no",
    "PidFile none",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "LogLevel VERBOSE",
    ...(isOld ? [] : ["AcceptEnv GIT_PROTOCOL"]),
    ...config,
  ];
  const file = join(folder, "sshd_config");
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
  const child = spawn(systemTool("sshd") ?? "sshd", ["-D", "-e", "-f", file], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  onTestFinished(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, "close");
  });
  await vi.waitFor(() => {
    if (!log.includes("Server listening on")) throw new Error(`sshd does not start: ${log}`);
  }, 15_000);
  const name = `[127.0.0.1]:${port}`;
  return {
    port,
    name,
    url: (path) => `ssh://${LOGIN}@127.0.0.1:${port}${path}`,
    auth: {
      identity: users[0]?.identity ?? "",
      knownHosts: hostKeys.map(({ line }) => `${name} ${line}\n`).join(""),
    },
    log: () => log,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** A TCP server that does what the test says with each connection, for one test. */
export async function serveSocket(handle: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    handle(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

/** Stands before a server, and counts how often the talk goes from the client to it and back. */
export async function countTurns(port: number): Promise<{ port: number; turns: () => number }> {
  let turns = 0;
  let isClients = false;
  const relay = await serveSocket((client) => {
    const server = createConnection({ port, host: "127.0.0.1" });
    server.on("error", () => client.destroy());
    client.on("data", (bytes) => {
      isClients = true;
      server.write(bytes);
    });
    server.on("data", (bytes) => {
      if (isClients) turns += 1;
      isClients = false;
      client.write(bytes);
    });
    client.on("close", () => server.destroy());
    server.on("close", () => client.destroy());
  });
  return { port: relay, turns: () => turns };
}
