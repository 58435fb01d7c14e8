import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readDockerConfig } from "./docker-config.ts";

const auth = Buffer.from("user:pass:word").toString("base64");
const login = { username: "user", password: "pass:word" };
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "sluice-docker-"));
});
afterEach(() => rm(directory, { recursive: true }));

async function read(config: unknown) {
  const path = join(directory, "config.json");
  await writeFile(path, typeof config === "string" ? config : JSON.stringify(config));
  return await readDockerConfig(path);
}

describe("docker's configuration", () => {
  it.each<[string, unknown, string]>([
    ["a host", { auths: { "r.example": { auth } } }, "r.example"],
    ["a host and port", { auths: { "r.example:5000": { auth } } }, "r.example:5000"],
    ["a URL", { auths: { "https://r.example/v1/": { auth } } }, "r.example"],
    ["Docker Hub", { auths: { "https://index.docker.io/v1/": { auth } } }, "docker.io"],
    ["user name and password", { auths: { "r.example": login } }, "r.example"],
  ])("has a login for %s", async (_, config, registry) => {
    expect((await read(config))(registry)).toEqual(login);
  });

  it("has a token", async () => {
    const credentials = await read({ auths: { "r.example": { registrytoken: "t" } } });
    expect(credentials("r.example")).toEqual({ bearerToken: "t" });
  });

  it.each<[string, unknown, string]>([
    ["another host", { auths: { "r.example": { auth } } }, "s.example"],
    ["another port", { auths: { "r.example": { auth } } }, "r.example:5000"],
    ["a host below", { auths: { "r.example": { auth } } }, "a.r.example"],
    ["nobody", {}, "r.example"],
    ["a name of JavaScript's own", { auths: {} }, "__proto__"],
    ["an empty entry", { auths: { "r.example": {} } }, "r.example"],
  ])("has none for %s", async (_, config, registry) => {
    expect((await read(config))(registry)).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ["a helper for this registry", { credHelpers: { "r.example": "ecr-login" } }],
    ["a store that holds the secret", { auths: { "r.example": {} }, credsStore: "desktop" }],
  ])("does not run helpers: %s", async (_, config) => {
    const credentials = await read(config);
    expect(() => credentials("r.example")).toThrow(expect.objectContaining({ code: "CREDENTIAL_HELPER" }));
    expect(credentials("s.example")).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ["a login without a colon", { auths: { "r.example": { auth: Buffer.from("user").toString("base64") } } }],
    ["an identity token", { auths: { "r.example": { identitytoken: "secret" } } }],
  ])("cannot be used with %s", async (_, config) => {
    const credentials = await read(config);
    expect(() => credentials("r.example")).toThrow(
      expect.objectContaining({ code: "CREDENTIALS_UNREADABLE" }),
    );
  });

  it.each<[string, unknown]>([
    ["not JSON", "{"],
    ["another document", { auths: [] }],
    ["beyond any size", " ".repeat(1024 * 1024 + 1)],
  ])("is a fault when it is %s", async (_, config) => {
    await expect(read(config)).rejects.toMatchObject({ code: "CREDENTIALS_UNREADABLE" });
  });

  it("is no login at all when it is not there, and a fault when it is a folder", async () => {
    expect((await readDockerConfig(join(directory, "none.json")))("r.example")).toBeUndefined();
    await expect(readDockerConfig(directory)).rejects.toMatchObject({ code: "CREDENTIALS_UNREADABLE" });
  });
});
