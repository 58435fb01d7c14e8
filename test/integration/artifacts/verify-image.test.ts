import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { registerVerifyImage } from "../../../src/cli/verify-image.ts";
import { signSimple } from "../../../src/demo/cosign-signer.ts";
import { pushImage } from "../../../src/demo/image.ts";
import { openScene } from "./scene.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-cli-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await rm(folder, { recursive: true });
});

/** Runs `sluice verify image …` in this process, with an empty docker configuration. */
async function run(...args: string[]) {
  let stdout = "";
  let stderr = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
  const program = new Command("sluice").addOption(new Option("--output <format>").default("text"));
  registerVerifyImage(program);
  const config = join(folder, "config.json");
  await program.parseAsync(["verify", "image", "--docker-config", config, ...args], { from: "user" });
  return { exitCode: process.exitCode, stdout, stderr };
}

async function openSigned() {
  const scene = await openScene();
  const digest = await pushImage(scene.target, "v1", "content");
  await signSimple(scene.target, digest, scene.key);
  const key = join(folder, "ci.pub");
  await writeFile(key, scene.key.publicKeyPem);
  const stranger = join(folder, "stranger.pub");
  await writeFile(stranger, scene.stranger.publicKeyPem);
  return { ...scene, image: `${scene.name}:v1`, digest, keyFile: key, strangerFile: stranger };
}

function trustPolicy(match: string): string {
  return `
apiVersion: sluice.dev/v1
kind: TrustPolicy
metadata: {name: trust}
spec:
  signers: [{name: alice, roles: [dev], keys: [{ssh: "ssh-ed25519 AAAA"}]}]
  history: {start: root}
  commits: [{paths: ["**"], signedBy: {role: dev}}]
  artifacts: [{match: ["${match}"], signedBy: {any: [{cosign: {key: ci.pub}}]}}]
`;
}

describe("sluice verify image", () => {
  it("passes a signed image, and says what it is and who signed it", async () => {
    const { image, digest, keyFile, strangerFile } = await openSigned();
    const { exitCode, stdout } = await run(image, "--key", strangerFile, "--key", keyFile);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`passed ${image}@${digest}`);
    expect(stdout).toContain(keyFile);
  });

  it("takes the rules of a TrustPolicy", async () => {
    const { host, image } = await openSigned();
    const file = join(folder, "trust.yaml");
    await writeFile(file, trustPolicy(`${host}/payments/**`));
    expect((await run(image, "--trust", file)).exitCode).toBe(0);
    await writeFile(file, trustPolicy(`${host}/other/**`));
    const refused = await run("--output", "json", image, "--trust", file);
    expect(refused.exitCode).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({ refusals: [{ code: "IMAGE_NOT_MATCHED" }] });
  });

  it("prints one JSON document", async () => {
    const { image, digest, name, keyFile, strangerFile } = await openSigned();
    const passed = await run("--output", "json", image, "--key", keyFile);
    expect(JSON.parse(passed.stdout)).toEqual({
      verdict: "passed",
      image,
      reference: `${image}@${digest}`,
      digest,
      signatures: [expect.objectContaining({ layout: "simplesigning", origin: keyFile, identity: name })],
      refusals: [],
    });
    const refused = await run("--output", "json", image, "--key", strangerFile);
    expect(refused.exitCode).toBe(1);
    expect(JSON.parse(refused.stdout)).toEqual({
      verdict: "refused",
      image,
      reference: `${image}@${digest}`,
      digest,
      signatures: [],
      refusals: [expect.objectContaining({ code: "IMAGE_WRONG_KEY" })],
    });
  });

  it("refuses what is not an image reference", async () => {
    const { keyFile } = await openSigned();
    const { exitCode, stdout } = await run("--output", "json", "Not/An:Image!", "--key", keyFile);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      digest: null,
      refusals: [{ code: "IMAGE_REFERENCE_INVALID" }],
    });
  });

  it.each<[string, (files: { keyFile: string }) => string[], string]>([
    ["no trust", () => [], "MISSING_RESOURCE"],
    ["two kinds of trust", ({ keyFile }) => ["--key", keyFile, "--trust", keyFile], "MISSING_RESOURCE"],
    ["a key that is not there", () => ["--key", join(folder, "none.pub")], "UNREADABLE"],
    ["a key that is none", () => ["--key", import.meta.filename], "MALFORMED_KEY"],
  ])("is a fault with %s", async (_, trust, code) => {
    const { image, keyFile } = await openSigned();
    const { exitCode, stdout } = await run("--output", "json", image, ...trust({ keyFile }));
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: "fault", code });
  });

  it("logs in with docker's configuration", async () => {
    const auth = Buffer.from("user:word").toString("base64");
    const state = { guarded: false };
    const scene = await openScene({
      intercept: ({ headers }, response) => {
        if (!state.guarded || headers.authorization === `Basic ${auth}`) return false;
        response.writeHead(401, { "www-authenticate": "Basic realm=r" }).end();
        return true;
      },
    });
    await signSimple(scene.target, await pushImage(scene.target, "v1", "content"), scene.key);
    const key = join(folder, "ci.pub");
    await writeFile(key, scene.key.publicKeyPem);
    state.guarded = true;
    expect((await run(`${scene.name}:v1`, "--key", key)).exitCode).toBe(2);
    await writeFile(join(folder, "config.json"), JSON.stringify({ auths: { [scene.host]: { auth } } }));
    expect((await run(`${scene.name}:v1`, "--key", key)).exitCode).toBe(0);
  });
});
