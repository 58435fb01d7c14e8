import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { ApplyError, DirectoryTarget } from "../../../src/apply/index.ts";
import { createRegistry } from "../../../src/oci/index.ts";
import type { FaultyStore } from "../../support/faulty-store.ts";
import { type Flow, useFlows } from "../../support/flow.ts";
import { signer, type World } from "../../support/world.ts";

type Break = (world: World, store: FaultyStore) => Promise<void> | void;

// A gate that has applied one change and is to judge the next, with something broken. No decision may be
// recorded of what could not be judged, the target stays as it is, and once it is mended the flow goes on.

const openFlow = useFlows();
let flow: Flow;
let world: World;

beforeEach(async () => {
  flow = await openFlow();
  world = flow.world;
  await world.push({ message: "one" });
  await flow.run();
  await world.push({ message: "two", tree: world.tree(2) });
});

async function expectState(story: readonly string[], replicas: number): Promise<void> {
  expect(await flow.story()).toEqual(story);
  expect(await flow.replicas()).toEqual([replicas]);
}

const settled = ["admit one", "applied 0"];

describe("what could not be judged is not decided", () => {
  it.each<[string, string, Break]>([
    ["the git server is down", "CONNECTION", ({ git }) => git.close()],
    [
      "the repository is gone",
      "REPOSITORY_NOT_FOUND",
      ({ repository }) => rm(repository.gitdir, { recursive: true }),
    ],
    [
      "the repository has no branch",
      "EMPTY_REPOSITORY",
      ({ repository }) => rm(join(repository.gitdir, "refs/heads/main")),
    ],
    [
      "the branch is not there",
      "REF_NOT_FOUND",
      (broken) =>
        broken.configure({ gate: { source: { git: { url: broken.url, ref: { branch: "next" } } } } }),
    ],
    ["the registry is down", "UNREACHABLE", ({ registry }) => registry.close()],
    [
      "the log's disk is full when the evidence is written",
      "UNWRITABLE",
      (_, log) => log.failOnce("ENOSPC", "evidence"),
    ],
    [
      "the log's disk is full when the entry is written",
      "NOT_RECORDED",
      (_, log) => log.failOnce("ENOSPC", "tile"),
    ],
    [
      "a policy does not compile",
      "POLICY_INVALID",
      (broken) =>
        broken.configure({ policies: { "limits.rego": "package sluice.object.limits\n\ndeny contains" } }),
    ],
    [
      "a policy calls out",
      "POLICY_INVALID",
      (broken) =>
        broken.configure({
          policies: {
            "limits.rego":
              'package sluice.object.limits\n\ndeny contains "no" if http.send({"method": "GET", "url": "http://x"}).status_code != 200\n',
          },
        }),
    ],
    ["a bundle holds no policy", "POLICY_INVALID", (broken) => broken.configure({ policies: {} })],
    [
      "the folder of a bundle is gone",
      "FOLDER_NOT_FOUND",
      ({ gateFolder }) => rm(join(gateFolder, "policies"), { recursive: true }),
    ],
    [
      "the gate names no policy",
      "INVALID_RESOURCE",
      (broken) => broken.configure({ gate: { policies: [] } }),
    ],
    [
      "the gate names a bundle that is not there",
      "MISSING_RESOURCE",
      (broken) => broken.configure({ gate: { policies: ["limits", "more"] } }),
    ],
    [
      "the trust has no signers",
      "INVALID_RESOURCE",
      (broken) => broken.configure({ trust: { signers: [] } }),
    ],
    [
      "a signer has no keys",
      "INVALID_RESOURCE",
      (broken) =>
        broken.configure({ trust: { signers: [{ name: "alice", roles: ["developer"], keys: [] }] } }),
    ],
    ["the trust has no rules", "INVALID_RESOURCE", (broken) => broken.configure({ trust: { commits: [] } })],
    [
      "a key is none",
      "INVALID_KEY",
      (broken) =>
        broken.configure({
          trust: { signers: [{ ...signer(broken.alice), keys: [{ ssh: "ssh-ed25519 AAAA" }] }] },
        }),
    ],
    [
      "an image key is none",
      "MALFORMED_KEY",
      (broken) =>
        broken.configure({
          trust: {
            artifacts: [
              { match: ["**"], signedBy: { any: [{ cosign: { pem: "-----BEGIN PUBLIC KEY-----" } }] } },
            ],
          },
        }),
    ],
    ["the gate's file is none", "NOT_YAML", ({ gateFolder }) => writeFile(join(gateFolder, "0.json"), "{")],
  ])("where %s", async (_, code, breaks) => {
    await breaks(world, flow.store);
    const registry = createRegistry({ pace: { now: Date.now, sleep: async () => undefined } });
    await expect(flow.run({ registry })).rejects.toMatchObject({ code });
    await expectState(settled, 1);
  });
});

describe("what was broken is mended", () => {
  it("and the flow goes on as if nothing had been", async () => {
    await world.configure({ trust: { signers: [] } });
    await expect(flow.run()).rejects.toMatchObject({ code: "INVALID_RESOURCE" });
    flow.store.failOnce("ENOSPC", "tile");
    await world.configure();
    await expect(flow.run()).rejects.toMatchObject({ code: "NOT_RECORDED" });
    await flow.run();
    await expectState([...settled, "admit two", "applied 2"], 2);
  });
});

describe("a target that cannot be written", () => {
  it("is a fault of a decision that stands, and is carried out when it can be", async () => {
    const real = new DirectoryTarget(world.out);
    const full = {
      apply: () => Promise.reject(new ApplyError("TARGET_UNWRITABLE", "no space left (ENOSPC)")),
      holds: real.holds.bind(real),
      isIntact: real.isIntact.bind(real),
      currentEntry: real.currentEntry.bind(real),
    };
    for (let again = 0; again < 2; again++) {
      await expect(flow.run({ target: full })).rejects.toMatchObject({ code: "TARGET_UNWRITABLE" });
      await expectState([...settled, "admit two"], 1);
    }
    expect(await flow.run()).toMatchObject({ news: false, outcome: "applied" });
    await expectState([...settled, "admit two", "applied 2"], 2);
  });
});
