import { describe, expect, it } from "vitest";
import { toCredentials, toProxy } from "./git-credentials.ts";
import { secretSchema } from "./secret.ts";

function secret(stringData: object, data: object = {}) {
  const metadata = { name: "git-token", namespace: "payments" };
  return secretSchema.parse({ apiVersion: "v1", kind: "Secret", metadata, stringData, data });
}

/** What every value of a Secret here is; no message may repeat it. */
const CANARY = "canary-1";

/** A Secret that has these keys. */
function withKeys(...keys: readonly string[]) {
  return secret(Object.fromEntries(keys.map((key) => [key, CANARY])));
}

function expectRefused(attempt: () => unknown): void {
  expect(attempt).toThrow(expect.objectContaining({ code: "INVALID_RESOURCE" }));
  expect(attempt).not.toThrow("canary");
}

describe("a bearer token", () => {
  it.each([
    ["as it is", "canary-1_~!", "canary-1_~!"],
    ["without the line break at its end", "canary\n", "canary"],
    ["without that of another system", "canary\r\n", "canary"],
  ])("is taken %s", (_, bearerToken, expected) => {
    expect(toCredentials(secret({ bearerToken }))).toEqual({ login: { bearerToken: expected } });
    const data = { bearerToken: Buffer.from(bearerToken).toString("base64") };
    expect(toCredentials(secret({}, data))).toEqual({ login: { bearerToken: expected } });
  });

  it.each([
    ["two line breaks at its end", "canary\n\n"],
    ["a line break inside", "canary\nx"],
    ["a space", "canary x"],
    ["a letter that is not ASCII", "canaryé"],
    ["a NUL", "canary\0"],
    ["nothing in it", "\n"],
  ])("is refused with %s, and not repeated", (_, bearerToken) => {
    expectRefused(() => toCredentials(secret({ bearerToken })));
  });
});

describe("the keys of a Secret", () => {
  it("name a password, which may be anything, and who it is of", () => {
    const login = { username: "robot", password: "a b\n" };
    expect(toCredentials(secret(login))).toEqual({ login });
  });

  it("name a key for ssh, as Flux has it", () => {
    const plain = secret({ identity: "i", known_hosts: "k", "identity.pub": "p" });
    expect(toCredentials(plain)).toEqual({ identity: "i", knownHosts: "k" });
    for (const name of ["password", "passphrase"]) {
      const encrypted = secret({ identity: "i", known_hosts: "k", [name]: "p" });
      expect(toCredentials(encrypted)).toEqual({ identity: "i", knownHosts: "k", passphrase: "p" });
    }
    expectRefused(() => toCredentials(withKeys("identity", "known_hosts", "password", "passphrase")));
  });

  it("name a GitHub App, as Flux has it", () => {
    const app = { githubAppID: "1", githubAppInstallationID: "2\n", githubAppPrivateKey: "pem" };
    const expected = { id: "1", installation: "2", privateKey: "pem" };
    expect(toCredentials(secret(app))).toEqual({
      login: { githubApp: { ...expected, baseUrl: "https://api.github.com" } },
    });
    const baseUrl = "https://github.bank.example/api/v3";
    expect(toCredentials(secret({ ...app, githubAppBaseURL: baseUrl }))).toEqual({
      login: { githubApp: { ...expected, baseUrl } },
    });
  });

  it("name certificates, alone or beside a login", () => {
    const client = { certificate: "c", key: "k" };
    expect(toCredentials(secret({ "tls.crt": "c", "tls.key": "k" }))).toEqual({ tls: { client } });
    expect(toCredentials(secret({ "ca.crt": "a" }))).toEqual({ tls: { authorities: "a" } });
    expect(
      toCredentials(secret({ bearerToken: "t", "ca.crt": "a", "tls.crt": "c", "tls.key": "k" })),
    ).toEqual({ login: { bearerToken: "t" }, tls: { authorities: "a", client } });
  });

  it.each([
    ["nothing that is known", ["token"]],
    ["a name alone", ["username"]],
    ["a password alone", ["password"]],
    ["half a login beside an authority", ["username", "ca.crt"]],
    ["a key without the server's keys", ["identity"]],
    ["the server's keys alone", ["known_hosts"]],
    ["a certificate without its key", ["tls.crt"]],
    ["a key without its certificate", ["tls.key", "username", "password"]],
    ["half a GitHub App", ["githubAppID", "githubAppPrivateKey"]],
    ["two logins", ["username", "password", "bearerToken"]],
    ["a token and a name", ["username", "bearerToken"]],
    ["a login, and a key for ssh", ["username", "password", "identity", "known_hosts"]],
    ["a key for ssh, and a name", ["username", "identity", "known_hosts"]],
    ["a token, and half a key for ssh", ["bearerToken", "identity"]],
    [
      "a GitHub App and a token",
      ["githubAppID", "githubAppInstallationID", "githubAppPrivateKey", "bearerToken"],
    ],
    ["a key for ssh, and certificates", ["identity", "known_hosts", "ca.crt"]],
  ])("are refused with %s", (_, keys) => {
    expectRefused(() => toCredentials(withKeys(...keys)));
  });
});

describe("a Secret of a proxy", () => {
  it("has its address, and a login or none", () => {
    const address = "http://proxy.bank.example:3128";
    expect(toProxy(secret({ address: `${address}\n` }))).toEqual({ address });
    const login = { username: "robot", password: CANARY };
    expect(toProxy(secret({ address, ...login }))).toEqual({ address, login });
  });

  it.each([
    ["no address", ["username", "password"]],
    ["half a login", ["address", "username"]],
  ])("is refused with %s", (_, keys) => {
    expectRefused(() => toProxy(withKeys(...keys)));
  });
});
