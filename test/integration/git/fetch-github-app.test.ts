import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import type { GitHubApp } from "../../../src/git/index.ts";
import { attemptFetch } from "./support/attempt.ts";
import { commitLine, makeBareRepository, makeFolder } from "./support/git.ts";
import { serve, serveGit, serveThrough } from "./support/servers.ts";

const TOKEN = "ghs_canary-token-1";

function makeAppKey(): { privateKey: string; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = (key: typeof privateKey, type: "pkcs1" | "spki"): string =>
    String(key.export({ type: type as "pkcs1", format: "pem" }));
  return { privateKey: pem(privateKey, "pkcs1"), publicKey: pem(publicKey, "spki") };
}

interface Api {
  readonly url: string;
  /** What was wrong with each request, or "" for nothing. */
  readonly asked: string[];
  readonly bodies: string[];
}

/**
 * What GitHub's documentation says of the one request, on this machine. It is not GitHub: it checks the signature and
 * the times of the assertion as GitHub says that it does.
 */
async function serveApi(publicKey: string, answer: object | string, status = 201): Promise<Api> {
  const api: Api & { url: string } = { url: "", asked: [], bodies: [] };
  api.url = await serve(async (request, response) => {
    api.bodies.push(Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString());
    const wrong = faultIn(request, publicKey);
    api.asked.push(wrong);
    const body = typeof answer === "string" ? answer : JSON.stringify(answer);
    response.writeHead(wrong === "" ? status : 401, { "content-type": "application/json" });
    response.end(wrong === "" ? body : "{}");
  });
  return api;
}

function faultIn({ method, url, headers }: IncomingMessage, publicKey: string): string {
  if (method !== "POST" || url !== "/app/installations/42/access_tokens") return `${method} ${url}`;
  const [, jwt = ""] = /^Bearer (.+)$/.exec(headers.authorization ?? "") ?? [];
  const [header = "", claims = "", signature = ""] = jwt.split(".");
  const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
  if (read(header).alg !== "RS256") return "algorithm";
  const signed = Buffer.from(`${header}.${claims}`);
  if (!verify("RSA-SHA256", signed, createPublicKey(publicKey), Buffer.from(signature, "base64url")))
    return "signature";
  const { iss, iat, exp } = read(claims);
  const now = Math.floor(Date.now() / 1_000);
  return iss === "17" && iat <= now && exp > now && exp - iat <= 600 ? "" : "claims";
}

const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

async function openScene(token = TOKEN) {
  const root = makeFolder();
  const head = commitLine(makeBareRepository(root), 1).at(-1) ?? "";
  const login = { username: "x-access-token", password: token };
  const git = await serveThrough(await serveGit(root, { basicAuth: login }));
  const key = makeAppKey();
  const app = (baseUrl: string, changes: Partial<GitHubApp> = {}): GitHubApp => ({
    id: "17",
    installation: "42",
    privateKey: key.privateKey,
    baseUrl,
    ...changes,
  });
  const attempt = (githubApp: GitHubApp, limits = {}): Promise<string> =>
    attemptFetch({ url: `${git.url}/config.git`, auth: { login: { githubApp } }, limits });
  return { head, git, key, app, attempt };
}

describe("a GitHub App", () => {
  it("fetches with a token that it asked for once, to read contents", async () => {
    const { head, key, app, attempt } = await openScene();
    const api = await serveApi(key.publicKey, { token: TOKEN, expires_at: inAnHour() });
    expect(await attempt(app(api.url))).toBe(head);
    expect(await attempt(app(`${api.url}/`.slice(0, -1)))).toBe(head);
    expect(api.asked).toEqual([""]);
    expect(api.bodies).toEqual(['{"permissions":{"contents":"read"}}']);
  });

  it("asks anew for a token that is about to end, or that the server does not take", async () => {
    const { head, key, app, attempt } = await openScene();
    const soon = new Date(Date.now() + 5 * 60_000).toISOString();
    const api = await serveApi(key.publicKey, { token: TOKEN, expires_at: soon });
    expect(await attempt(app(api.url))).toBe(head);
    const before = api.asked.length;
    expect(await attempt(app(api.url))).toBe(head);
    expect(api.asked.length).toBeGreaterThan(before);
    const wrong = await serveApi(key.publicKey, { token: "canary-other", expires_at: inAnHour() });
    expect(await attempt(app(wrong.url))).toBe("AUTHENTICATION");
    expect(await attempt(app(wrong.url))).toBe("AUTHENTICATION");
    expect(wrong.asked).toHaveLength(2);
  });

  it("shows its token to the git server alone, and its assertion to GitHub alone (attack 23)", async () => {
    const { git, key, app, attempt } = await openScene();
    const api = await serveApi(key.publicKey, { token: TOKEN, expires_at: inAnHour() });
    await attempt(app(api.url));
    const basic = `Basic ${Buffer.from(`x-access-token:${TOKEN}`).toString("base64")}`;
    expect(git.seen.map(({ headers }) => headers.authorization)).toEqual([basic, basic, basic]);
  });

  it("gets no token with another key, as another app, or for another installation", async () => {
    const { key, app, attempt } = await openScene();
    const api = await serveApi(key.publicKey, { token: TOKEN, expires_at: inAnHour() });
    expect(await attempt(app(api.url, { privateKey: makeAppKey().privateKey }))).toBe("AUTHENTICATION");
    expect(await attempt(app(api.url, { id: "18" }))).toBe("AUTHENTICATION");
    expect(await attempt(app(api.url, { installation: "43" }))).toBe("AUTHENTICATION");
    expect(api.asked).toEqual(["signature", "claims", "POST /app/installations/43/access_tokens"]);
  });

  it.each<[string, object | string, number, string]>([
    ["nothing", "", 201, "BAD_RESPONSE"],
    ["no token", { expires_at: "2999-01-01T00:00:00Z" }, 201, "BAD_RESPONSE"],
    ["a token without an end", { token: TOKEN }, 201, "BAD_RESPONSE"],
    [
      "a token that no header carries",
      { token: "a\nb", expires_at: "2999-01-01T00:00:00Z" },
      201,
      "BAD_RESPONSE",
    ],
    ["half a token", `{"token": "${TOKEN}`, 201, "BAD_RESPONSE"],
    ["more than a token (attack 22)", "x".repeat(100_000), 201, "BAD_RESPONSE"],
    ["another status", { token: TOKEN, expires_at: "2999-01-01T00:00:00Z" }, 200, "AUTHENTICATION"],
    ["that it may not", {}, 403, "AUTHENTICATION"],
    ["that it is down", {}, 503, "SERVER_ERROR"],
  ])("is told %s", async (_, answer, status, code) => {
    const { key, app, attempt, git } = await openScene();
    const api = await serveApi(key.publicKey, answer, status);
    expect(await attempt(app(api.url))).toBe(code);
    expect(git.seen).toEqual([]);
  });

  it("does not follow a redirect, nor wait for ever", async () => {
    const { app, attempt } = await openScene();
    let isAsked = false;
    const other = await serve((_, response) => {
      isAsked = true;
      response.end();
    });
    const door = await serve((_, response) => {
      response.writeHead(307, { location: other }).end();
    });
    expect(await attempt(app(door))).toBe("AUTHENTICATION");
    expect(isAsked).toBe(false);
    const silent = await serve(() => undefined);
    expect(await attempt(app(silent), { idleMs: 200 })).toBe("TIMEOUT");
    const halfway = await serve((_, response) => {
      response.writeHead(201).write('{"token": "');
    });
    expect(await attempt(app(halfway), { idleMs: 200 })).toBe("TIMEOUT");
  });

  it("has a key, ids and an address that can be used", async () => {
    const { app, attempt } = await openScene();
    const short = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
    const curve = generateKeyPairSync("ed25519").privateKey;
    const pem = (key: typeof short): string => String(key.export({ type: "pkcs8", format: "pem" }));
    const base = "http://127.0.0.1:9";
    for (const privateKey of ["canary-1", pem(short), pem(curve)]) {
      expect(await attempt(app(base, { privateKey }))).toBe("BAD_CREDENTIALS");
    }
    expect(await attempt(app(base, { id: "17\n" }))).toBe("BAD_CREDENTIALS");
    expect(await attempt(app(base, { installation: "42/../43" }))).toBe("BAD_CREDENTIALS");
    expect(await attempt(app("https://me:canary-1@github.bank.example"))).toBe("BAD_CREDENTIALS");
    expect(await attempt(app("http://github.bank.example"))).toBe("INSECURE_URL");
    expect(await attempt(app("nowhere"))).toBe("BAD_CREDENTIALS");
  });
});
