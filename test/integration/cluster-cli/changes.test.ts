import { afterAll, beforeAll, expect, it } from "vitest";
import { fingerprintOf } from "../../../src/apply/cluster/drift.ts";
import { directivesOf, type InventoryItem, withOwner } from "../../../src/apply/cluster/index.ts";
import { toRef } from "../../../src/apply/cluster/refs.ts";
import { type Changes, type Comparing, compare } from "../../../src/cli/diff/changes.ts";
import { KubeClient } from "../../../src/kube/index.ts";
import type { KubernetesObject } from "../../../src/render/index.ts";
import { type Cluster, startCluster } from "../../support/cluster.ts";
import { describeWithTools } from "../../support/tools.ts";

const GATE = { namespace: "payments", name: "api" };

function object(kind: string, name: string, content: object = {}, metadata: object = {}): KubernetesObject {
  return { apiVersion: "v1", kind, metadata: { namespace: "payments", name, ...metadata }, ...content };
}

function settings(metadata: object = {}): KubernetesObject {
  return object("ConfigMap", "settings", { data: { mode: "strict" } }, metadata);
}

function fixed(value: string, annotations: object): KubernetesObject {
  return object("ConfigMap", "fixed", { immutable: true, data: { value } }, { annotations });
}

function shortly({ objects, rejections }: Changes): unknown[] {
  return [
    ...objects.map(({ ref, what }) => [ref.name, what]),
    ...rejections.map(({ code, subject }) => [code, subject]),
  ];
}

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "what applying would come to", () => {
  let cluster: Cluster;
  let client: KubeClient;
  beforeAll(async () => {
    cluster = await startCluster();
    client = new KubeClient(await cluster.connection());
    await cluster.createNamespace("payments");
  });
  afterAll(async () => {
    await client?.[Symbol.asyncDispose]();
    await cluster?.[Symbol.asyncDispose]();
  });

  function comparing(items: readonly InventoryItem[] = [], prune = true): Comparing {
    return { gate: GATE, client, items, prune, force: false, correctDrift: true };
  }

  async function apply(wanted: KubernetesObject, gate = GATE): Promise<InventoryItem> {
    const owned = withOwner(wanted, gate);
    const live = await client.apply(owned, { fieldManager: "sluice", force: true });
    const { uid } = live.metadata;
    return {
      ...toRef(live),
      uid,
      fingerprint: fingerprintOf(live.metadata),
      directives: directivesOf(owned),
    };
  }

  it("what left the source is pruned, or let go of", async () => {
    const kept = object("ConfigMap", "kept", {}, { annotations: { "sluice.dev/prune": "false" } });
    const items = [await apply(settings()), await apply(kept)];
    expect(shortly(await compare([], comparing(items)))).toEqual([
      ["kept", "released"],
      ["settings", "pruned"],
    ]);
    expect(shortly(await compare([], comparing(items, false)))).toEqual([
      ["kept", "released"],
      ["settings", "released"],
    ]);
  });

  it("what was made anew by somebody is left alone", async () => {
    const item = await apply(settings());
    expect(shortly(await compare([], comparing([{ ...item, uid: "another" }])))).toEqual([]);
  });

  it("what comes with its kind or namespace is not tried out, and what lacks them is rejected", async () => {
    const names = { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" };
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    const definition: KubernetesObject = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "widgets.shop.example" },
      spec: {
        group: "shop.example",
        scope: "Namespaced",
        names,
        versions: [{ name: "v1", served: true, storage: true, schema }],
      },
    };
    const widget = { ...object("Widget", "one"), apiVersion: "shop.example/v1" };
    expect(shortly(await compare([widget, definition], comparing()))).toEqual([
      ["widgets.shop.example", "created"],
      ["one", "created"],
    ]);
    expect(shortly(await compare([widget], comparing()))).toEqual([
      ["UNKNOWN_KIND", "shop.example/v1 Widget payments/one"],
    ]);

    const away = settings({ namespace: "coming" });
    const namespace: KubernetesObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "coming" } };
    expect(shortly(await compare([away, namespace], comparing()))).toEqual([
      ["coming", "created"],
      ["settings", "created"],
    ]);
    expect(shortly(await compare([away], comparing()))).toEqual([
      ["NO_NAMESPACE", "v1 ConfigMap coming/settings"],
    ]);
  });

  it("what cannot be changed is made again only where it says so", async () => {
    const items = [await apply(fixed("a", {}))];
    expect(shortly(await compare([fixed("b", {})], comparing(items)))).toEqual([
      ["IMMUTABLE", "v1 ConfigMap payments/fixed"],
    ]);
    const allowed = fixed("b", { "sluice.dev/recreate": "true" });
    expect(shortly(await compare([allowed], comparing(items)))).toEqual([["fixed", "recreated"]]);
  });

  it("what is another gate's, or another manager's, is not taken", async () => {
    const item = await apply(object("ConfigMap", "theirs", { data: { a: "1" } }), { ...GATE, name: "other" });
    const ours = object("ConfigMap", "theirs", { data: { a: "2" } });
    expect(shortly(await compare([ours], comparing()))).toEqual([
      ["OWNED_BY_OTHER", "v1 ConfigMap payments/theirs"],
    ]);
    await client.delete(item);
    await client.apply({ ...toObject("theirs", "1") }, { fieldManager: "hand" });
    expect(shortly(await compare([ours], comparing()))).toEqual([
      ["CONFLICT", "v1 ConfigMap payments/theirs"],
    ]);
    expect(shortly(await compare([ours], { ...comparing(), force: true }))).toEqual([["theirs", "changed"]]);
  });
});

function toObject(name: string, a: string) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "payments", name }, data: { a } };
}
