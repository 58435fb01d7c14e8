import { mkdir, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Fault } from "../../src/fault.ts";
import { createRegistry, readDockerConfig } from "../../src/oci/index.ts";
import { CANARY, findCanary, findCanaryFiles } from "../support/canary.ts";
import { argsFor, type Finished, runCli, shareCompiled } from "../support/cli.ts";
import { type Flow, useFlows } from "../support/flow.ts";
import { readTarget } from "../support/invariants.ts";
import { TELLS_ALL } from "../support/policies.ts";

const openFlow = useFlows();
const LOGIN = { username: "robot", password: CANARY };

/** A registry that asks for LOGIN once it is guarded: tests push to it before. */
class Guard {
  guarded = false;
  readonly challenge: string;

  constructor(challenge = 'Basic realm="registry"') {
    this.challenge = challenge;
  }

  readonly intercept = ({ headers }: IncomingMessage, response: ServerResponse): boolean => {
    const basic = `Basic ${Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString("base64")}`;
    if (!this.guarded || headers.authorization === basic) return false;
    response.writeHead(401, { "www-authenticate": this.challenge }).end();
    return true;
  };
}

const authFor = (git: object) => ({
  gate: { source: { git: { ...git, auth: { secretRef: { name: "git" } } } } },
});

function gitSecret(fields: object): object {
  return { apiVersion: "v1", kind: "Secret", metadata: { name: "git", namespace: "payments" }, ...fields };
}

/** Lets the gate log in to git with a Secret. */
async function configureSecret(flow: Flow, fields: object): Promise<void> {
  const { url } = flow.world;
  await flow.world.configure({ ...authFor({ url, ref: { branch: "main" } }), others: [gitSecret(fields)] });
}

/** What was thrown; nothing that is printed of it, the stack included, may hold the canary. */
async function faultOf(run: Promise<unknown>): Promise<unknown> {
  const fault = await run.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(fault).toBeInstanceOf(Fault);
  if (fault instanceof Fault) expect(findCanary([fault.message, fault.remedy, fault.stack])).toEqual([]);
  return fault;
}

describe("attack 30: a login to git", () => {
  it("lets the gate in, and is told nowhere", async () => {
    const flow = await openFlow({ git: { basicAuth: LOGIN } });
    await configureSecret(flow, { stringData: LOGIN });
    await flow.world.push();
    const { decision } = await flow.run();
    expect(decision.verdict).toBe("admit");
    expect(findCanary(decision)).toEqual([]);
    expect(await findCanaryFiles(flow.world.state)).toEqual([]);
  });

  it.each<[string, object, string]>([
    ["that is wrong", { stringData: { username: "robot", password: `${CANARY}x` } }, "AUTHENTICATION"],
    ["of another kind", { stringData: { bearerToken: CANARY } }, "AUTHENTICATION"],
    ["under other names", { stringData: { user: "robot", pass: CANARY } }, "INVALID_RESOURCE"],
    [
      "that is not base64, where it should be",
      { data: { username: "robot", password: CANARY } },
      "INVALID_RESOURCE",
    ],
    ["outside of the data", { password: CANARY }, "INVALID_RESOURCE"],
    ["in a list", { stringData: [CANARY] }, "INVALID_RESOURCE"],
    ["that is an object", { stringData: { password: { value: CANARY } } }, "INVALID_RESOURCE"],
    [
      "that no header can carry",
      { stringData: { username: "robot", password: `${CANARY}\n` } },
      "AUTHENTICATION",
    ],
    [
      "that no header can carry, as a token",
      { stringData: { bearerToken: `${CANARY}\n${CANARY}` } },
      "INVALID_RESOURCE",
    ],
  ])("%s", async (_, fields, code) => {
    const flow = await openFlow({ git: { basicAuth: { username: "robot", password: "another" } } });
    await configureSecret(flow, fields);
    await flow.world.push();
    expect(await faultOf(flow.run())).toMatchObject({ code });
  });

  it.each([
    ["broken", `kind: Secret\nstringData: {password: '${CANARY}`],
    ["with a tab", `kind: Secret\nstringData:\n\tpassword: ${CANARY}`],
    ["with more behind a value", `kind: Secret\nstringData: {password: "x" ${CANARY}}`],
    ["with something of another depth", `kind: Secret\nstringData:\n  password: a\n ${CANARY}`],
    [
      "with a key twice",
      `kind: Secret\nstringData:\n  ${JSON.stringify(CANARY)}: a\n  ${JSON.stringify(CANARY)}: b\n`,
    ],
    [
      "of a kind that is none",
      `apiVersion: v1\nkind: Secrets\nstringData: {password: ${JSON.stringify(CANARY)}}`,
    ],
  ])("in a file that is %s", async (_, text) => {
    const flow = await openFlow();
    await writeFile(join(flow.world.gateFolder, "secret.yaml"), text);
    expect(await faultOf(flow.run())).toMatchObject({ name: "ResourceError" });
  });

  it("in the gate's URL is refused, without repeating it", async () => {
    const flow = await openFlow();
    const url = `http://robot:${encodeURIComponent(CANARY)}@127.0.0.1/config.git`;
    await flow.world.configure({ gate: { source: { git: { url, ref: { branch: "main" } } } } });
    expect(await faultOf(flow.run())).toMatchObject({ code: "INVALID_RESOURCE" });
  });
});

describe("attack 30: a login to the registry", () => {
  const encoded = Buffer.from(`robot:${CANARY}`).toString("base64");

  /** A flow whose registry asks for a login, which is in a docker configuration. */
  async function runGuarded(config: (host: string) => string, challenge?: string) {
    const guard = new Guard(challenge);
    const flow = await openFlow({ registry: guard });
    const { world } = flow;
    guard.guarded = true;
    await world.push();
    const path = join(world.folder, "config.json");
    await writeFile(path, config(world.registry.host));
    const credentials = await readDockerConfig(path);
    return { flow, result: await flow.run({ registry: createRegistry({ credentials }) }) };
  }

  const authsOf = (entry: object) => (host: string) => JSON.stringify({ auths: { [host]: entry } });

  it("lets the gate in, and is told nowhere", async () => {
    const { flow, result } = await runGuarded(authsOf({ auth: encoded }));
    expect(result.decision.verdict).toBe("admit");
    expect(findCanary(result)).toEqual([]);
    expect(await findCanaryFiles(flow.world.state)).toEqual([]);
  });

  it.each<[string, (host: string) => string, string, string?]>([
    ["that is wrong", authsOf({ auth: Buffer.from(`robot:${CANARY}x`).toString("base64") }), "UNAUTHORIZED"],
    ["that is a token where a password is asked for", authsOf({ registrytoken: CANARY }), "UNAUTHORIZED"],
    ["without a name", authsOf({ auth: Buffer.from(CANARY).toString("base64") }), "CREDENTIALS_UNREADABLE"],
    ["that is an identity token", authsOf({ identitytoken: CANARY }), "CREDENTIALS_UNREADABLE"],
    ["of another shape", authsOf({ auth: [CANARY] }), "CREDENTIALS_UNREADABLE"],
    [
      "in a file that is no JSON",
      (host) => `{"auths": {"${host}": {"password": ${JSON.stringify(CANARY)}`,
      "CREDENTIALS_UNREADABLE",
    ],
    ["that no header can carry", authsOf({ registrytoken: `${CANARY}\n${CANARY}` }), "UNREACHABLE"],
    ["for a registry that asks in another way", authsOf({ auth: encoded }), "UNAUTHORIZED", "Negotiate"],
    [
      "for a registry that sends it elsewhere",
      authsOf({ auth: encoded }),
      "CREDENTIALS_WITHHELD",
      'Bearer realm="https://evil.example/token"',
    ],
  ])("%s", async (_, config, code, challenge) => {
    expect(await faultOf(runGuarded(config, challenge))).toMatchObject({ code });
  });
});

describe("attack 30: with all of them, the command line", () => {
  it("prints none, and keeps none in its state", async () => {
    const guard = new Guard();
    const { world } = await openFlow({ git: { basicAuth: LOGIN }, registry: guard });
    await shareCompiled(world);
    await world.configure({
      ...authFor({ url: world.url, ref: { branch: "main" } }),
      others: [gitSecret({ stringData: LOGIN })],
      policies: { "tells.rego": TELLS_ALL },
    });
    const secret = JSON.stringify({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s" },
      stringData: { a: CANARY },
    });
    await world.push({ tree: world.tree(1, { "prod/secret.json": secret }) });
    guard.guarded = true;
    const docker = join(world.folder, "docker");
    await mkdir(docker);
    await writeFile(join(docker, "config.json"), JSON.stringify({ auths: { [world.registry.host]: LOGIN } }));
    const cli = async (...args: readonly string[]): Promise<Finished> => {
      const finished = await runCli(args, { DOCKER_CONFIG: docker });
      expect(findCanary(`${finished.stdout}${finished.stderr}`)).toEqual([]);
      return finished;
    };

    expect(await cli("check", ...argsFor(world))).toMatchObject({ code: 0 });
    expect(await cli("run", "--once", ...argsFor(world), "--output", "json")).toMatchObject({ code: 0 });
    const log = join(world.state, "log");
    expect(await cli("audit", "show", log, "--index", "0", "--output", "json")).toMatchObject({ code: 0 });
    const out = join(world.folder, "export");
    expect(await cli("audit", "export", log, "--out", out)).toMatchObject({ code: 0 });
    expect(findCanary((await readTarget(world.out))?.objects)).not.toEqual([]); // the target has the Secret
    expect(await findCanaryFiles(out)).toEqual([]);
    expect(await findCanaryFiles(world.state, ["cache/git"])).toEqual([]); // git objects are what is judged
  }, 60_000);
});
