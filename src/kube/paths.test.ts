import { describe, expect, it } from "vitest";
import type { ApiResource } from "./discovery.ts";
import { objectPath, pathOf } from "./paths.ts";

const configMaps: ApiResource = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
  verbs: [],
};
const gates: ApiResource = { ...configMaps, group: "sluice.dev", kind: "Gate", plural: "gates" };
const nodes: ApiResource = { ...configMaps, kind: "Node", plural: "nodes", namespaced: false };

describe("paths", () => {
  it("are those of the core group, of a named group, and of cluster-scoped resources", () => {
    expect(pathOf(configMaps, {})).toBe("/api/v1/configmaps");
    expect(objectPath(configMaps, { namespace: "ns", name: "a" })).toBe("/api/v1/namespaces/ns/configmaps/a");
    expect(objectPath(gates, { namespace: "ns", name: "a", subresource: "status" }, { force: true })).toBe(
      "/apis/sluice.dev/v1/namespaces/ns/gates/a/status?force=true",
    );
    expect(objectPath(nodes, { namespace: "ns", name: "a" })).toBe("/api/v1/nodes/a");
  });

  it("hold names that URLs would read otherwise, and queries", () => {
    const path = objectPath(nodes, { name: "system:a?b#c d" }, { labelSelector: "a=b,c", dryRun: undefined });
    expect(path).toBe("/api/v1/nodes/system%3Aa%3Fb%23c%20d?labelSelector=a%3Db%2Cc");
  });

  it.each(["", ".", "..", "a/b", "../secrets", "%2e%2e"])("do not lead elsewhere by the name %j", (name) => {
    expect(() => objectPath(nodes, { name })).toThrow(expect.objectContaining({ code: "INVALID" }));
    expect(() => pathOf(configMaps, { namespace: name })).toThrow(
      expect.objectContaining({ code: "INVALID" }),
    );
  });

  it("of an object need its namespace, of a list they do not", () => {
    expect(() => objectPath(configMaps, { name: "a" })).toThrow(expect.objectContaining({ code: "INVALID" }));
    expect(pathOf(configMaps, { namespace: "ns" })).toBe("/api/v1/namespaces/ns/configmaps");
  });
});
