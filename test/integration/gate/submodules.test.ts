import { rm } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { createPerson, type Person, unsigned } from "../../../src/demo/people.ts";
import { DemoRepository } from "../../../src/demo/repository.ts";
import { Authority } from "../../support/certificates.ts";
import { codesOf } from "../../support/codes.ts";
import { type Flow, useFlows } from "../../support/flow.ts";
import { readEntries } from "../../support/log-entries.ts";
import { pinTree } from "../../support/submodules.ts";
import { signer, type World } from "../../support/world.ts";
import { serveTls } from "../git/support/tls.ts";

const openFlow = useFlows();
const vendor = createPerson("vendor");
let flow: Flow;
let world: World;
/** Somebody else's repository, of which the gate's has a part. */
let other: DemoRepository;
let otherUrl: string;

beforeEach(async () => {
  flow = await openFlow();
  world = flow.world;
  other = await DemoRepository.create(join(world.folder, "git/other.git"));
  otherUrl = `${world.git.url}/other.git`;
});

/** Commits to the other repository; its tree is an application with so many replicas. */
async function commitThere(
  replicas: number,
  by: Person | ReturnType<typeof unsigned> = vendor,
  parent?: string,
) {
  const tree = new Map([["app.yaml", world.tree(replicas).get("prod/app.yaml") ?? ""]]);
  const oid = await other.commit(by, `replicas ${replicas}`, tree, parent);
  await other.push(oid);
  return oid;
}

/** Pushes a tree that has the other repository at `prod/vendor`, pinned. */
async function pushPinned(pin: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const tree = await pinTree(world, { "prod/vendor": pin }, more);
  const oid = await world.repository.commitTree(world.alice, "pin", tree, world.head);
  world.head = oid;
  await world.repository.push(oid);
  return oid;
}

function trustOf(people: readonly Person[], start = "root") {
  return {
    apiVersion: "sluice.dev/v1",
    kind: "TrustPolicy",
    metadata: { name: "vendor-trust", namespace: "payments" },
    spec: {
      signers: people.map((person) => signer(person)),
      history: { start },
      commits: [{ paths: ["**"], signedBy: { role: "developer" } }],
    },
  };
}

async function allow(submodule: object = {}, trust = trustOf([vendor])): Promise<void> {
  const submodules = [{ path: "prod/vendor", url: otherUrl, trust: "vendor-trust", ...submodule }];
  await world.configure({
    gate: { source: { git: { url: world.url, ref: { branch: "main" }, submodules } } },
    others: [trust],
  });
}

/** As {@link allow}, over TLS that a private authority vouches for, for both repositories. */
async function allowByOwnAuthority(): Promise<void> {
  const bank = await Authority.create();
  const { url } = await serveTls(world.git.url, await bank.issueServer());
  const auth = { secretRef: { name: "route" } };
  const submodules = [{ path: "prod/vendor", url: `${url}/other.git`, trust: "vendor-trust", auth }];
  const git = { url: `${url}/config.git`, ref: { branch: "main" }, auth, submodules };
  const metadata = { name: "route", namespace: "payments" };
  const secret = { apiVersion: "v1", kind: "Secret", metadata, stringData: { "ca.crt": bank.certificate } };
  await world.configure({ gate: { source: { git } }, others: [trustOf([vendor]), secret] });
}

async function codes(): Promise<string[]> {
  return codesOf((await flow.run()).decision);
}

describe("a submodule that the gate allows", () => {
  it("is rendered in its place, verified by its own trust, and recorded", async () => {
    const one = await commitThere(1);
    const pin = await commitThere(3, vendor, one);
    await allow();
    await pushPinned(pin);
    const { decision } = await flow.run();
    expect(codesOf(decision)).toEqual([]);
    expect(await flow.replicas()).toEqual([3]);
    expect(decision.submodules).toMatchObject([
      { path: "prod/vendor", url: otherUrl, revision: pin, trust: { name: "vendor-trust" } },
    ]);
    expect(decision.submodules?.[0]?.commits).toMatchObject([{ signer: "vendor" }, { signer: "vendor" }]);
    const [entry] = await readEntries(flow.store);
    expect(entry?.entry.kind === "decision" && entry.entry.decision.submodules).toMatchObject([
      { path: "prod/vendor", revision: pin, trust: { name: "vendor-trust" } },
    ]);
    expect(await flow.run()).toMatchObject({ news: false });
  });

  it("stays as it is pinned, wherever its branches go", async () => {
    const pin = await commitThere(1);
    await allow();
    await pushPinned(pin);
    expect(await codes()).toEqual([]);
    await commitThere(5, vendor, pin);
    expect((await flow.run()).news).toBe(false);
    expect(await flow.replicas()).toEqual([1]);
  });

  it.each<[string, () => Promise<void>]>([
    ["", () => allow()],
    [", by way of an authority of its own", allowByOwnAuthority],
  ])("is put back, where somebody changed what was applied, from what is here%s", async (_, configure) => {
    const pin = await commitThere(1);
    await configure();
    await pushPinned(pin);
    await flow.run();
    await world.push({ message: "refused", by: unsigned(world.alice) });
    await rm(world.out);
    const { outcome } = await flow.run();
    expect(outcome).toBe("applied");
    expect(await flow.replicas()).toEqual([1]);
  });
});

describe("a submodule is refused", () => {
  it("where the gate does not allow it, and where it allows another", async () => {
    const pin = await commitThere(1);
    await pushPinned(pin);
    expect(await codes()).toEqual(["fetch SUBMODULE"]);
    await allow({ path: "prod/vendo" });
    expect(await codes()).toEqual(["fetch SUBMODULE"]);
    await allow();
    expect(await codes()).toEqual([]);
  });

  it("where one of its commits is not signed by whom its trust names, deep in its history too", async () => {
    const first = await commitThere(1, unsigned(vendor));
    const pin = await commitThere(2, vendor, first);
    await allow();
    await pushPinned(pin);
    expect(await codes()).toEqual(["verify UNSIGNED"]);
    await allow({}, trustOf([vendor], first));
    expect(await codes()).toEqual([]);
    await allow({}, trustOf([world.alice], first));
    expect(await codes()).toEqual(["verify UNKNOWN_KEY"]); // the gate's own people do not sign for it
  });

  it("where it is pinned to what does not descend from where its trust begins", async () => {
    const first = await commitThere(1);
    const second = await commitThere(2, vendor, first);
    await allow({}, trustOf([vendor], second));
    await pushPinned(first);
    expect(await codes()).toEqual(["verify HISTORY_REWRITTEN"]);
    await pushPinned(second);
    expect(await codes()).toEqual([]);
  });

  it("where it has a submodule itself", async () => {
    const inner = await commitThere(1);
    const tree = await pinTree(world, { inner }, {}, other);
    const pin = await other.commitTree(vendor, "nested", tree, inner);
    await other.push(pin);
    await allow();
    await pushPinned(pin);
    expect(await codes()).toEqual(["verify SUBMODULE"]);
  });

  it("where its trust begins wherever it is looked at", async () => {
    await pushPinned(await commitThere(1));
    await allow({}, trustOf([vendor], "tip"));
    await expect(flow.run()).rejects.toMatchObject({ code: "SUBMODULE_TRUST" });
  });
});
