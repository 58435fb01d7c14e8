import { describe, expect, it } from "vitest";
import type { HttpAuth } from "../../../src/git/index.ts";
import { Authority, type KeyAndCertificate } from "../../support/certificates.ts";
import { attemptFetch } from "./support/attempt.ts";
import { commitLine, makeBareRepository, makeFolder } from "./support/git.ts";
import { serveGit } from "./support/servers.ts";
import { serveTls, type TlsServerOptions } from "./support/tls.ts";

const ALICE = { username: "alice", password: "canary-4f1d" };

async function openScene(
  options: (bank: Authority) => Promise<Partial<TlsServerOptions>> = async () => ({}),
) {
  const root = makeFolder();
  const head = commitLine(makeBareRepository(root), 1).at(-1) ?? "";
  const bank = await Authority.create();
  const plain = await serveGit(root);
  const server = await serveTls(plain, { ...(await bank.issueServer()), ...(await options(bank)) });
  const attempt = (auth?: HttpAuth): Promise<string> =>
    attemptFetch({ url: `${server.url}/config.git`, ...(auth && { auth }) });
  return { head, bank, plain, server, attempt };
}

const asClient = ({ certificate, key }: KeyAndCertificate) => ({ certificate, key });

describe("a server with a certificate of a private authority", () => {
  it("is believed where that authority is named, and no other", async () => {
    const { attempt, bank, head, server } = await openScene();
    const other = await Authority.create("other");
    expect(await attempt({ tls: { authorities: bank.certificate } })).toBe(head);
    expect(await attempt({ tls: { authorities: other.certificate + bank.certificate } })).toBe(head);
    const before = server.seen.length;
    expect(await attempt()).toBe("CONNECTION");
    expect(await attempt({ login: ALICE })).toBe("CONNECTION");
    expect(await attempt({ login: ALICE, tls: { authorities: other.certificate } })).toBe("CONNECTION");
    expect(server.seen).toHaveLength(before); // nobody was told a password
  });

  it("is not believed where the certificate is for another name", async () => {
    const { attempt, bank, server } = await openScene((authority) => authority.issueUser("git", []));
    expect(await attempt({ login: ALICE, tls: { authorities: bank.certificate } })).toBe("CONNECTION");
    expect(server.seen).toEqual([]);
  });

  it("is not believed for what the environment says", async () => {
    const { attempt } = await openScene();
    const other = await Authority.create();
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    try {
      expect(await attempt({ tls: { authorities: other.certificate } })).toBe("CONNECTION");
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
  });
});

describe("a server that asks clients for a certificate", () => {
  const asking = (isOptional: boolean) => async (bank: Authority) => ({
    clientAuthority: bank.certificate,
    isOptional,
  });

  it("is shown one, beside a login or alone", async () => {
    const { attempt, bank, head, server } = await openScene(asking(false));
    const tls = { authorities: bank.certificate, client: asClient(await bank.issueUser("sluice", [])) };
    expect(await attempt({ tls })).toBe(head);
    expect(await attempt({ tls, login: ALICE })).toBe(head);
    expect(new Set(server.seen.map(({ client }) => client))).toEqual(new Set(["sluice"]));
  });

  it("turns away who has none, and who has another's", async () => {
    const { attempt, bank } = await openScene(asking(false));
    const stranger = await (await Authority.create()).issueUser("sluice", []);
    const authorities = bank.certificate;
    expect(await attempt({ tls: { authorities } })).toBe("CONNECTION");
    expect(await attempt({ tls: { authorities, client: asClient(stranger) } })).toBe("CONNECTION");
  });

  it("is alone in seeing it when it redirects to another (attack 23)", async () => {
    const { bank, plain, head } = await openScene();
    const own = await bank.issueServer();
    const asked = { ...own, clientAuthority: bank.certificate, isOptional: true };
    const other = await serveTls(plain, asked);
    const door = await serveTls(plain, { ...asked, redirect: other.url });
    const client = asClient(await bank.issueUser("sluice", []));
    const auth = { login: ALICE, tls: { authorities: bank.certificate, client } };
    expect(await attemptFetch({ url: `${door.url}/config.git`, auth })).toBe(head);
    expect(
      door.seen.map(({ client: shown, headers }) => [shown, headers.authorization !== undefined]),
    ).toEqual([["sluice", true]]);
    expect(other.seen).toHaveLength(3);
    for (const { client: shown, headers } of other.seen) {
      expect(shown).toBeUndefined();
      expect(headers.authorization).toBeUndefined();
    }
  });
});

describe("what TLS would silently leave out", () => {
  it("is told", async () => {
    const { attempt, bank } = await openScene();
    const [one, two] = [await bank.issueUser("a", []), await bank.issueUser("b", [])];
    const broken = bank.certificate.replace(/\n[A-Za-z0-9+/]{20}/, "\n");
    const cases: HttpAuth["tls"][] = [
      { authorities: "" },
      { authorities: "canary-1" },
      { authorities: one.key },
      { authorities: broken },
      { authorities: bank.certificate + broken },
      { client: { certificate: one.certificate, key: two.key } },
      { client: { certificate: "canary-1", key: one.key } },
      { client: { certificate: one.certificate, key: "canary-1" } },
    ];
    for (const tls of cases) expect(await attempt(tls && { tls })).toBe("BAD_CREDENTIALS");
  });

  it("is told also for a URL that has none of it", async () => {
    const { plain, bank } = await openScene();
    const tls = { authorities: bank.certificate };
    expect(await attemptFetch({ url: `${plain}/config.git`, auth: { tls } })).toBe("BAD_CREDENTIALS");
  });
});
