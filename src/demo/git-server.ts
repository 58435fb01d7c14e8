import { type ChildProcess, execFile, spawn } from "node:child_process";
import { timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { access, constants } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { readCgiHeaders } from "./cgi.ts";

const MAX_REQUEST_BYTES = 64 * 1024 * 1024;

export interface GitServerOptions {
  /** Every request must carry these. */
  readonly basicAuth?: { readonly username: string; readonly password: string };
  readonly maxRequestBytes?: number;
}

export interface GitServer {
  /** Of the server; a repository `config.git` under the project root is at `<url>/config.git`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the bare repositories under a folder to this machine, through git's own `http-backend`. It is
 * for the demo and the tests: it shows a real git server, and is not one for others.
 */
export async function startGitServer(
  projectRoot: string,
  options: GitServerOptions = {},
): Promise<GitServer> {
  const backend = await findBackend();
  const running = new Set<ChildProcess>();
  const server = createServer((request, response) => {
    serve(request, response, { backend, projectRoot, running, ...options }).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => close(server, running) };
}

async function findBackend(): Promise<string> {
  const { stdout } = await promisify(execFile)("git", ["--exec-path"]);
  const backend = join(stdout.trim(), "git-http-backend");
  await access(backend, constants.X_OK);
  return backend;
}

interface Context extends GitServerOptions {
  readonly backend: string;
  readonly projectRoot: string;
  readonly running: Set<ChildProcess>;
}

async function serve(request: IncomingMessage, response: ServerResponse, context: Context): Promise<void> {
  if (!isAuthorized(request, context.basicAuth)) {
    response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
    return;
  }
  const child = spawn(context.backend, {
    env: toEnvironment(request, context),
    stdio: ["pipe", "pipe", "ignore"],
  });
  context.running.add(child);
  child.once("close", () => context.running.delete(child));
  response.once("close", () => child.kill());
  // What ends early ends the other side too; the backend may also answer before it has read everything.
  const body = upTo(context.maxRequestBytes ?? MAX_REQUEST_BYTES, request);
  const sent = pipeline(body, child.stdin).catch(() => child.kill());
  const { status, headers, rest } = await readCgiHeaders(child.stdout);
  response.writeHead(status, headers);
  response.write(rest);
  await pipeline(child.stdout, response);
  await sent;
}

async function* upTo(maxBytes: number, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new RangeError("the request is too large");
    yield chunk;
  }
}

/** What CGI hands over in the environment. Nothing of ours goes in: no configuration, no credential helper. */
function toEnvironment(request: IncomingMessage, { projectRoot, basicAuth }: Context): NodeJS.ProcessEnv {
  const url = new URL(request.url ?? "/", "http://localhost");
  return {
    PATH: process.env.PATH,
    GIT_PROJECT_ROOT: projectRoot,
    GIT_HTTP_EXPORT_ALL: "1",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    REQUEST_METHOD: request.method,
    PATH_INFO: decodeURIComponent(url.pathname),
    QUERY_STRING: url.search.slice(1),
    CONTENT_TYPE: request.headers["content-type"],
    CONTENT_LENGTH: request.headers["content-length"],
    HTTP_CONTENT_ENCODING: request.headers["content-encoding"],
    GIT_PROTOCOL: request.headers["git-protocol"]?.toString(),
    REMOTE_ADDR: request.socket.remoteAddress,
    // Pushing is for those who are known.
    REMOTE_USER: basicAuth?.username,
  };
}

function isAuthorized(request: IncomingMessage, expected: GitServerOptions["basicAuth"]): boolean {
  if (expected === undefined) return true;
  const wanted = Buffer.from(
    `Basic ${Buffer.from(`${expected.username}:${expected.password}`).toString("base64")}`,
  );
  const given = Buffer.from(request.headers.authorization ?? "");
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function close(server: Server, running: ReadonlySet<ChildProcess>): Promise<void> {
  server.close();
  server.closeAllConnections();
  for (const child of running) child.kill();
  if (server.listening) await once(server, "close");
}
