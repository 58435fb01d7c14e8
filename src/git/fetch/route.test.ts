import { describe, expect, it } from "vitest";
import type { GitAuth, HttpAuth, SshAuth } from "./auth.ts";
import { nameSource } from "./route.ts";

const URL = "https://git.bank.example/config.git";
const SSH_URL = "ssh://git@git.bank.example/config.git";
const [KEY, OTHER] = [1, 2].map((fill) => {
  const type = Buffer.from("\0\0\0\x0bssh-ed25519\0\0\0\x20", "latin1");
  return `ssh-ed25519 ${Buffer.concat([type, Buffer.alloc(32, fill)]).toString("base64")}`;
});
const PIN = `git.bank.example ${KEY}\n`;
const PROXY = {
  address: "http://proxy.bank.example:3128",
  login: { username: "robot", password: "canary-1" },
};
const CLIENT = { certificate: "canary-certificate", key: "canary-key" };

const ssh = (knownHosts: string, identity = "canary-identity"): SshAuth => ({ identity, knownHosts });

describe("a source", () => {
  it.each<[string, GitAuth | undefined]>([
    ["nobody's login", undefined],
    ["a password", { login: { username: "alice", password: "canary-1" } }],
    ["a token", { login: { bearerToken: "canary-1" } }],
    ["a client certificate", { tls: { client: CLIENT } }],
  ])("has the name of its URL alone, on the route that everybody has, with %s", (_, auth) => {
    expect(nameSource(URL, auth)).toBe(URL);
  });

  it.each<[string, string, GitAuth, GitAuth]>([
    [
      "another login, over named authorities",
      URL,
      { tls: { authorities: "A" }, login: { bearerToken: "1" } },
      { tls: { authorities: "A", client: CLIENT }, login: { bearerToken: "2" } },
    ],
    [
      "another password of the proxy",
      URL,
      { proxy: PROXY },
      { proxy: { ...PROXY, login: { ...PROXY.login, password: "canary-2" } } },
    ],
    ["another private key", SSH_URL, ssh(PIN), ssh(PIN, "other")],
    ["keys of other hosts", SSH_URL, ssh(PIN), ssh(`# ours\nother.example ${OTHER}\n${PIN}${PIN}`)],
    [
      "its keys in another order",
      SSH_URL,
      ssh(`${PIN}git.bank.example ${OTHER}\n`),
      ssh(`git.bank.example ${OTHER}\n${PIN}`),
    ],
  ])("keeps its name with %s", (_, url, one, two) => {
    expect(nameSource(url, two)).toBe(nameSource(url, one));
    expect(nameSource(url, one)).not.toBe(url);
    expect(nameSource(url, one)).not.toContain("canary");
  });

  const routes: [string, string, GitAuth | undefined][] = [
    ["everybody's", URL, undefined],
    ["authorities", URL, { tls: { authorities: "A" } }],
    ["one more authority", URL, { tls: { authorities: "AB" } }],
    ["a proxy", URL, { proxy: { address: PROXY.address } }],
    ["a proxy with a login", URL, { proxy: PROXY }],
    ["another proxy", URL, { proxy: { address: "http://proxy.bank.example:3129" } }],
    ["a proxy and authorities", URL, { proxy: PROXY, tls: { authorities: "A" } } satisfies HttpAuth],
    ["a pinned key", SSH_URL, ssh(PIN)],
    ["another pinned key", SSH_URL, ssh(`git.bank.example ${OTHER}\n`)],
    ["one more pinned key", SSH_URL, ssh(`${PIN}git.bank.example ${OTHER}\n`)],
    ["a key that is revoked", SSH_URL, ssh(`${PIN}@revoked git.bank.example ${OTHER}\n`)],
  ];

  it("has another name on each route by which another server would be believed", () => {
    const names = routes.map(([, url, auth]) => nameSource(url, auth));
    expect(new Set(names).size).toBe(routes.length);
  });
});
