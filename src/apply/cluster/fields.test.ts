import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type FieldSet,
  fieldPaths,
  intersectFields,
  pickFields,
  subtractFields,
  uniteAll,
  uniteFields,
} from "./fields.ts";

const CONTAINER = 'k:{"name":"api"}';
const set: FieldSet = {
  "f:spec": { "f:replicas": {}, "f:containers": { [CONTAINER]: { ".": {}, "f:image": {}, "f:name": {} } } },
  "f:metadata": { "f:labels": { "f:app": {} }, "f:finalizers": { ".": {}, 'v:"a/b"': {} } },
};

describe("paths", () => {
  it("are written for people, without values", () => {
    expect(fieldPaths(set)).toEqual([
      "spec.replicas",
      "spec.containers[name=api]",
      "spec.containers[name=api].image",
      "spec.containers[name=api].name",
      "metadata.labels.app",
      "metadata.finalizers",
      "metadata.finalizers[]",
    ]);
  });
});

describe("what another cluster says", () => {
  it.each<[string, string]>([
    ['k:{"name":"api","port":80}', "f[name=api,port=80]"],
    ["k:{", "f[]"],
    ["k:null", "f[]"],
    ['k:{"a":{"toString":1}}', "f[a=…]"],
    ['k:{"a":null}', "f[a=null]"],
    ["x:", "f[]"],
    [`f:${"x".repeat(400)}`, `f.${"x".repeat(399)}…`],
    [`f:${"x".repeat(399)}`, `f.${"x".repeat(399)}`],
  ])("is shown, whatever a segment is: %.30s", (segment, path) => {
    expect(fieldPaths({ "f:f": { [segment]: {} } })).toEqual([path]);
  });

  it("may be as deep as it is let in, and many", () => {
    let deep: FieldSet = {};
    for (let depth = 0; depth < 500; depth++) deep = { "f:a": deep };
    expect(fieldPaths(uniteFields(deep, intersectFields(deep, deep)))).toHaveLength(1);
    const many = Array.from({ length: 200_000 }, (_, index) => ({ [`f:${index % 1_000}`]: {} }));
    expect(fieldPaths(uniteAll(many))).toHaveLength(1_000);
  });
});

describe("arithmetic", () => {
  const image: FieldSet = { "f:spec": { "f:containers": { [CONTAINER]: { "f:image": {} } } } };

  it("takes away one field and leaves its neighbours", () => {
    expect(fieldPaths(subtractFields(set, image))).toEqual(
      fieldPaths(set).filter((path) => path !== "spec.containers[name=api].image"),
    );
  });

  it("an item and its fields are different members", () => {
    const item: FieldSet = { "f:spec": { "f:containers": { [CONTAINER]: {} } } };
    expect(fieldPaths(intersectFields(set, item))).toEqual(["spec.containers[name=api]"]);
    expect(fieldPaths(intersectFields(image, item))).toEqual([]);
  });

  it("picks top-level fields", () => {
    expect(fieldPaths(pickFields(set, (field) => field === "metadata"))).toHaveLength(3);
  });

  const segment = fc.constantFrom("f:a", "f:b", 'k:{"name":"c"}', 'v:"d"');
  const { tree } = fc.letrec<{ tree: FieldSet }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constant({}),
      fc
        .dictionary(fc.oneof(segment, fc.constant(".")), tie("tree"), { maxKeys: 4 })
        .map((node) => (Object.hasOwn(node, ".") ? { ...node, ".": {} } : node)),
    ),
  }));

  it("is that of sets", () => {
    fc.assert(
      fc.property(tree, tree, (left, right) => {
        const paths = (fields: FieldSet) => new Set(fieldPaths(fields));
        expect(paths(uniteFields(left, right))).toEqual(paths(left).union(paths(right)));
        expect(paths(uniteAll([left, right, left, {}]))).toEqual(paths(left).union(paths(right)));
        expect(paths(intersectFields(left, right))).toEqual(paths(left).intersection(paths(right)));
        expect(paths(subtractFields(left, right))).toEqual(paths(left).difference(paths(right)));
      }),
    );
  });
});
