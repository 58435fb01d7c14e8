import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromKubeConfigText } from "../../src/kube/index.ts";
import { CANARY, findCanary } from "../support/canary.ts";
import { Authority } from "../support/certificates.ts";

let folder: string;
let authority: Authority;
let trap: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-kubeconfig-"));
  trap = join(folder, "sprung");
  await writeFile(join(folder, "secret"), CANARY);
  authority = await Authority.create();
});

afterAll(() => rm(folder, { recursive: true }));

const base64 = (text: string): string => Buffer.from(text).toString("base64");

interface Parts {
  readonly cluster?: object;
  readonly user?: object;
  readonly top?: object;
}

function kubeconfig({ cluster, user, top }: Parts = {}): string {
  const ca = { "certificate-authority-data": base64(authority.certificate) };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    preferences: {},
    clusters: [
      { name: "remote", cluster: { server: "https://remote.example:6443/k8s/c-1", ...ca, ...cluster } },
    ],
    users: [{ name: "deployer", user: { token: "honest", ...user } }],
    contexts: [{ name: "remote", context: { cluster: "remote", user: "deployer", namespace: "payments" } }],
    "current-context": "remote",
    ...top,
  });
}

const exec = () => ({ apiVersion: "client.authentication.k8s.io/v1", command: "touch", args: [trap] });
const unused = (entry: object) => ({
  users: [JSON.parse(kubeconfig()).users[0], { name: "unused", user: entry }],
});

describe("attack 33: a kubeconfig in a Secret", () => {
  it.each<[string, () => Parts]>([
    ["runs a program", () => ({ user: { exec: exec() } })],
    [
      "runs a program beside a token, for a user that is not the current one",
      () => ({ top: unused({ exec: exec() }) }),
    ],
    [
      "runs a provider's command",
      () => ({ user: { "auth-provider": { name: "gcp", config: { "cmd-path": trap } } } }),
    ],
    ["reads a token file", () => ({ user: { tokenFile: join(folder, "secret") } })],
    ["reads a key file", () => ({ user: { "client-key": join(folder, "secret") } })],
    ["reads a certificate file", () => ({ user: { "client-certificate": join(folder, "secret") } })],
    ["reads an authority's file", () => ({ cluster: { "certificate-authority": join(folder, "secret") } })],
    ["trusts whoever answers", () => ({ cluster: { "insecure-skip-tls-verify": true } })],
    ["goes through a proxy", () => ({ cluster: { "proxy-url": "http://127.0.0.1:1" } })],
    ["speaks without TLS", () => ({ cluster: { server: "http://remote.example" } })],
    ["hides a password in the address", () => ({ cluster: { server: "https://a:b@remote.example" } })],
    ["speaks to a file", () => ({ cluster: { server: `file://${folder}/secret` } })],
    ["acts as somebody else", () => ({ user: { as: "system:admin" } })],
    ["acts in other groups", () => ({ user: { "as-groups": ["system:masters"] } })],
    ["has a password", () => ({ user: { username: "a", password: "b" } })],
    ["has a token that ends the header", () => ({ user: { token: "a\r\nx-evil: b" } })],
    ["has a certificate without a key", () => ({ user: { "client-certificate-data": base64("x") } })],
    [
      "names its context twice",
      () => ({ top: { contexts: Array(2).fill(JSON.parse(kubeconfig()).contexts[0]) } }),
    ],
    ["names no context", () => ({ top: { "current-context": "other" } })],
    ["is of another kind", () => ({ top: { kind: "Secret" } })],
    ["is larger than a Secret", () => ({ top: { preferences: "x".repeat(1024 * 1024) } })],
  ])("that %s is refused, and nothing of it happens", async (_, parts) => {
    await expect(fromKubeConfigText(kubeconfig(parts()))).rejects.toMatchObject({ code: "CONFIG" });
    expect(existsSync(trap)).toBe(false);
  });

  it.each([
    ["that is no YAML", `a: [${CANARY}`],
    ["that has an alias", `a: &a ${JSON.stringify(CANARY)}\nb: *a`],
    ["that says a thing twice", `apiVersion: ${JSON.stringify(CANARY)}\napiVersion: v1`],
    ["that is a text", JSON.stringify(CANARY)],
    ["whose token is no text", `users: [{name: a, user: {token: [${JSON.stringify(CANARY)}]}}]`],
  ])("%s is refused, and not quoted", async (_, text) => {
    const error: unknown = await fromKubeConfigText(text).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ code: "CONFIG" });
    expect(findCanary(error)).toEqual([]);
  });

  it("with a server, its authority and a token is used", async () => {
    const connection = await fromKubeConfigText(kubeconfig());
    expect(connection.server.href).toBe("https://remote.example:6443/k8s/c-1");
    expect(connection.tls()).toEqual({ ca: authority.certificate });
    expect(await connection.authorization()).toBe("Bearer honest");
  });

  it("with a client certificate is used, also where it says that TLS is verified", async () => {
    const { certificate, key } = await authority.issueUser("deployer", []);
    const user = {
      token: undefined,
      "client-certificate-data": base64(certificate),
      "client-key-data": base64(key),
    };
    const cluster = { "insecure-skip-tls-verify": false, "tls-server-name": "inner.example" };
    const connection = await fromKubeConfigText(kubeconfig({ user, cluster }));
    expect(connection.tls()).toMatchObject({ cert: certificate, key, servername: "inner.example" });
    expect(await connection.authorization()).toBeUndefined();
  });
});
