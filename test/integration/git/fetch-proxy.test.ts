import { describe, expect, it } from "vitest";
import type { HttpAuth, HttpProxy } from "../../../src/git/index.ts";
import { Authority } from "../../support/certificates.ts";
import { attemptFetch } from "./support/attempt.ts";
import { commitLine, makeBareRepository, makeFolder } from "./support/git.ts";
import { serveGit } from "./support/servers.ts";
import { serveProxy, serveTls } from "./support/tls.ts";

const ALICE = { username: "alice", password: "canary-4f1d" };
const ROBOT = { username: "robot", password: "canary-77aa" };
const BASIC = `Basic ${Buffer.from(`${ROBOT.username}:${ROBOT.password}`).toString("base64")}`;

async function openScene() {
  const root = makeFolder();
  const head = commitLine(makeBareRepository(root), 1).at(-1) ?? "";
  const bank = await Authority.create();
  const plain = await serveGit(root, { basicAuth: ALICE });
  const asked = { clientAuthority: bank.certificate, isOptional: true };
  const server = await serveTls(plain, { ...(await bank.issueServer()), ...asked });
  const client = await bank.issueUser("sluice", []);
  const auth: HttpAuth = { login: ALICE, tls: { authorities: bank.certificate, client } };
  const attempt = (proxy: HttpProxy, limits = {}): Promise<string> =>
    attemptFetch({ url: `${server.url}/config.git`, auth: { ...auth, proxy }, limits });
  return { head, bank, plain, server, auth, attempt };
}

describe("a proxy", () => {
  it("opens a tunnel, and is shown nothing of what is for the server (attack 23)", async () => {
    const { attempt, head, server } = await openScene();
    const proxy = await serveProxy();
    expect(await attempt({ address: proxy.url })).toBe(head);
    expect(new Set(proxy.asked.map(({ target }) => target))).toEqual(new Set([`127.0.0.1:${server.port}`]));
    expect(JSON.stringify(proxy.asked)).not.toContain("canary");
    expect(proxy.asked.map(({ headers }) => headers).join()).not.toMatch(/"authorization"|Basic/);
    expect(server.seen).toHaveLength(3);
    for (const { client, headers } of server.seen) {
      expect(client).toBe("sluice");
      expect(headers["proxy-authorization"]).toBeUndefined();
    }
  });

  it("is logged in to, and nobody else is told how (attack 23)", async () => {
    const { attempt, head, server } = await openScene();
    const proxy = await serveProxy({ login: BASIC });
    const address = proxy.url;
    expect(await attempt({ address, login: ROBOT })).toBe(head);
    expect(JSON.stringify(server.seen)).not.toContain(BASIC);
    expect(await attempt({ address })).toBe("PROXY_REFUSED");
    expect(await attempt({ address, login: { ...ROBOT, password: "canary-1" } })).toBe("PROXY_REFUSED");
  });

  it("does not vouch for the server", async () => {
    const { server, head, auth } = await openScene();
    const proxy = { address: (await serveProxy()).url };
    const url = `${server.url}/config.git`;
    expect(await attemptFetch({ url, auth: { ...auth, proxy } })).toBe(head);
    expect(await attemptFetch({ url, auth: { login: ALICE, proxy } })).toBe("CONNECTION");
    const other = { authorities: (await Authority.create()).certificate };
    expect(await attemptFetch({ url, auth: { login: ALICE, tls: other, proxy } })).toBe("CONNECTION");
  });

  it("is shown no login over TLS that nobody vouches for", async () => {
    const { attempt, bank } = await openScene();
    const proxy = await serveProxy({ tls: await bank.issueServer() });
    expect(await attempt({ address: proxy.url, login: ROBOT })).toMatch(/^(CONNECTION|PROXY_REFUSED)$/);
    expect(proxy.asked).toEqual([]);
  });

  it.each([
    ["refuses", "HTTP/1.1 403 Forbidden\r\n\r\n"],
    ["finds nobody", "HTTP/1.1 502 Bad Gateway\r\n\r\n"],
    ["redirects", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\n\r\n"],
    ["hangs up", ""],
    ["answers with nonsense", "nonsense\r\n\r\n"],
  ])("that %s opens no way", async (_, answer) => {
    const { attempt } = await openScene();
    const proxy = await serveProxy({ answer: (socket) => socket.end(answer) });
    expect(await attempt({ address: proxy.url })).toMatch(/^(PROXY_REFUSED|CONNECTION)$/);
  });

  it("that is silent, or not there, opens no way", async () => {
    const { attempt } = await openScene();
    const proxy = await serveProxy({ answer: () => undefined });
    expect(await attempt({ address: proxy.url }, { idleMs: 300 })).toBe("TIMEOUT");
    expect(await attempt({ address: "http://127.0.0.1:9" })).toBe("CONNECTION");
  });

  it("has an address that is plain, and shows its login to nobody in between", async () => {
    const { attempt } = await openScene();
    for (const address of [
      "proxy:3128",
      "socks5://127.0.0.1:1080",
      "http://robot:canary-1@127.0.0.1:1",
      "http://127.0.0.1:1/x",
      "",
    ]) {
      expect(await attempt({ address })).toBe("BAD_CREDENTIALS");
    }
    expect(await attempt({ address: "http://10.0.0.1:3128", login: ROBOT })).toBe("INSECURE_URL");
  });

  it("is for https:// URLs", async () => {
    const { plain, auth } = await openScene();
    const proxy = await serveProxy();
    const way = { ...auth, proxy: { address: proxy.url } };
    expect(await attemptFetch({ url: `${plain}/config.git`, auth: way })).toBe("BAD_CREDENTIALS");
    expect(proxy.asked).toEqual([]);
  });
});
