import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { createPerson } from "../../src/demo/people.ts";
import { DemoRepository } from "../../src/demo/repository.ts";
import { serveThrough } from "../integration/git/support/servers.ts";
import { codesOf } from "../support/codes.ts";
import { type Flow, useFlows } from "../support/flow.ts";
import { pinTree } from "../support/submodules.ts";
import { signer } from "../support/world.ts";

const openFlow = useFlows();
const vendor = createPerson("vendor");
let flow: Flow;
let pin: string;
/** Who asked for the repository that `.gitmodules` names. */
let asked: string[];
let decoy: string;

const gitmodules = (path: string, url: string) => `[submodule "${path}"]\n\tpath = ${path}\n\turl = ${url}\n`;

beforeEach(async () => {
  flow = await openFlow();
  const { world } = flow;
  const other = await DemoRepository.create(join(world.folder, "git/other.git"));
  const tree = new Map([["app.yaml", world.tree(2).get("prod/app.yaml") ?? ""]]);
  pin = await other.commit(vendor, "one", tree);
  await other.push(pin);
  const relay = await serveThrough(world.git.url);
  asked = [];
  Object.defineProperty(relay, "seen", { value: { push: ({ path }: { path: string }) => asked.push(path) } });
  decoy = `${relay.url}/other.git`;
});

async function push(path: string, url: string): Promise<void> {
  const { world } = flow;
  const tree = await pinTree(world, { [path]: pin }, { ".gitmodules": gitmodules(path, url) });
  await world.repository.push(await world.repository.commitTree(world.alice, "pin", tree));
}

async function allow(url: string): Promise<void> {
  const { world } = flow;
  const submodules = [{ path: "prod/vendor", url, trust: "vendor-trust" }];
  await world.configure({
    gate: { source: { git: { url: world.url, ref: { branch: "main" }, submodules } } },
    others: [
      {
        apiVersion: "sluice.dev/v1",
        kind: "TrustPolicy",
        metadata: { name: "vendor-trust", namespace: "payments" },
        spec: {
          signers: [signer(vendor)],
          history: { start: "root" },
          commits: [{ paths: ["**"], signedBy: { role: "developer" } }],
        },
      },
    ],
  });
}

async function codes(): Promise<string[]> {
  return codesOf((await flow.run()).decision);
}

/** A tree whose `.gitmodules` leads elsewhere: another server, a program, a file of the machine. */
describe("attack 12: the URL of a submodule", () => {
  it.each([
    ["another server", () => decoy],
    ["an option for a program", () => "--upload-pack=touch /tmp/owned"],
    ["a program", () => "ext::sh -c touch% /tmp/owned"],
    ["a folder of the machine", () => "file:///etc"],
    ["its neighbour", () => "../other.git"],
  ])("%s is not asked, neither where the submodule is refused nor where it passes", async (_, url) => {
    await push("prod/vendor", url());
    expect(await codes()).toEqual(["fetch SUBMODULE"]);
    await allow(`${flow.world.git.url}/other.git`);
    expect(await codes()).toEqual([]); // (the honest twin: the gate says where it is)
    expect(await flow.replicas()).toEqual([2]);
    expect(asked).toEqual([]);
  });

  it("is the gate's, also where the commit is only elsewhere", async () => {
    await push("prod/vendor", `${flow.world.git.url}/other.git`);
    await allow(`${flow.world.git.url}/config.git`);
    await expect(flow.run()).rejects.toMatchObject({ code: "REF_NOT_FOUND" });
    await allow(decoy);
    expect(await codes()).toEqual([]);
    expect(asked).not.toEqual([]);
  });

  it("counts for its own path, to the letter", async () => {
    await allow(`${flow.world.git.url}/other.git`);
    for (const path of ["prod/vendor2", "prod/Vendor", "vendor", "prod/vendor/vendor"]) {
      await push(path, "https://bank.example/x.git");
      const [code, ...more] = await codes();
      expect([code, ...more].filter((each) => each !== "verify HISTORY_REWRITTEN")).toEqual([
        "fetch SUBMODULE",
      ]);
    }
  });
});
