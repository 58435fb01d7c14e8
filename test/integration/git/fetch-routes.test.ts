import { readdirSync } from "node:fs";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { type GitAuth, type HttpAuth, readFetched, SharedFetches } from "../../../src/git/index.ts";
import { Authority } from "../../support/certificates.ts";
import { attemptFetch } from "./support/attempt.ts";
import { commitLine, makeBareRepository, makeFolder } from "./support/git.ts";
import { type Relay, serveGit, serveThrough } from "./support/servers.ts";
import { serveProxy, serveTls } from "./support/tls.ts";

const ALICE = { username: "alice", password: "canary-4f1d" };
const ROBOT = { username: "robot", password: "canary-77aa" };
const REFUSAL = "ERR upload-pack: not our ref";

/**
 * A private repository behind an authority of the bank's, and somebody who can have their own server answer under its
 * URL: it lists what the genuine one does, and has no object of it.
 */
async function openScene() {
  const root = makeFolder();
  const head = commitLine(makeBareRepository(root), 2).at(-1) ?? "";
  const [bank, mallory] = [await Authority.create("bank"), await Authority.create("mallory")];
  const genuine = await serveThrough(await serveGit(root, { basicAuth: ALICE }));
  const server = await serveTls(genuine.url, await bank.issueServer());
  const forged = await serveThrough(await serveGit(root));
  forged.tamper = () => Buffer.from((REFUSAL.length + 4).toString(16).padStart(4, "0") + REFUSAL);
  const forgedServer = await serveTls(forged.url, await mallory.issueServer());

  const stateDir = makeFolder();
  const sharing = { fetches: new SharedFetches({ now: () => 1 }), since: 0 };
  const url = `${server.url}/config.git`;
  const attempt = (auth: GitAuth): Promise<string> => attemptFetch({ url, auth, stateDir, sharing });
  const read = (auth?: GitAuth) =>
    readFetched({ url, ref: "refs/heads/main", head, path: "", stateDir, ...(auth && { auth }) });
  const tls = { authorities: bank.certificate };
  const ours: HttpAuth = { login: ALICE, tls };
  return { head, bank, mallory, genuine, forged, forgedServer, ours, attempt, read, stateDir };
}

/** A proxy that opens every tunnel to one port, whatever it is asked for. */
async function serveDetour(port: number): Promise<string> {
  const answer = (socket: Duplex): void => {
    const tunnel = connect({ host: "127.0.0.1", port }, () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      socket.pipe(tunnel).pipe(socket);
    });
    tunnel.on("error", () => socket.destroy());
    socket.on("close", () => tunnel.destroy());
  };
  return (await serveProxy({ answer })).url;
}

function packs({ seen }: Relay): number {
  return seen.filter(({ body }) => body.includes("want ")).length;
}

describe("what came from the genuine server", () => {
  it("is not given to who has another server answer under its URL", async () => {
    const { head, attempt, ours, bank, mallory, forged, forgedServer, genuine } = await openScene();
    expect(await attempt(ours)).toBe(head);
    const proxy = { address: await serveDetour(forgedServer.port) };
    const both = { authorities: mallory.certificate + bank.certificate };
    for (const tls of [{ authorities: mallory.certificate }, both]) {
      expect(await attempt({ tls, proxy })).toBe("SERVER_ERROR");
    }
    expect(packs(forged)).toBe(2); // it listed the head, was believed, and had to bring it
    expect(await attempt({ tls: { authorities: bank.certificate }, proxy })).toBe("CONNECTION");
    expect(packs(genuine)).toBe(1);
    expect(await attempt(ours)).toBe(head);
  });

  it("is given, and nothing asked for but the listing, on the same route with new credentials", async () => {
    const { head, attempt, ours, bank, genuine, stateDir } = await openScene();
    expect(await attempt(ours)).toBe(head);
    const asked = genuine.seen.length;
    const client = await bank.issueUser("sluice", []);
    expect(await attempt({ ...ours, tls: { ...ours.tls, client } })).toBe(head);
    expect(genuine.seen.length - asked).toBe(2);
    expect(await attempt({ ...ours, login: ROBOT })).toBe("AUTHENTICATION");
    expect(packs(genuine)).toBe(1);
    expect(readdirSync(stateDir)).toHaveLength(1);
  });

  it("is fetched anew on another route to that server", async () => {
    const { head, attempt, ours, bank, mallory, genuine, stateDir } = await openScene();
    expect(await attempt(ours)).toBe(head);
    expect(await attempt({ ...ours, proxy: { address: (await serveProxy()).url } })).toBe(head);
    const authorities = bank.certificate + mallory.certificate;
    expect(await attempt({ ...ours, tls: { authorities } })).toBe(head);
    expect(packs(genuine)).toBe(3);
    expect(readdirSync(stateDir)).toHaveLength(3);
    expect(readdirSync(stateDir).join()).toMatch(/^([0-9a-f]{32}\.git,?)+$/);
  });

  it("is read, where nobody is asked, on its own route alone", async () => {
    const { head, attempt, read, ours, mallory } = await openScene();
    expect(await attempt(ours)).toBe(head);
    expect(await read({ ...ours, login: ROBOT })).toMatchObject({ ok: true, head });
    for (const auth of [undefined, { tls: { authorities: mallory.certificate } }]) {
      await expect(read(auth)).rejects.toMatchObject({ code: "OBJECT_MISSING" });
    }
  });
});
