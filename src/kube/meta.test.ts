import { describe, expect, it } from "vitest";
import { toMeta } from "./meta.ts";

const type = { apiVersion: "v1", kind: "ConfigMap" };
const owner = { apiVersion: "v1", kind: "Pod", name: "p", uid: "u", controller: true };
const entry = {
  manager: "sluice",
  operation: "Apply",
  apiVersion: "v1",
  time: "2026-11-22T12:00:00Z",
  fieldsType: "FieldsV1",
  fieldsV1: { "f:data": { ".": {}, "f:a": {}, 'k:{"name":"x"}': {}, 'v:"y"': {}, "i:0": {} } },
};
const sound = {
  name: "a",
  namespace: "ns",
  uid: "1",
  resourceVersion: "7",
  generation: 2,
  labels: { a: "b" },
  annotations: { c: "" },
  finalizers: ["x/y"],
  ownerReferences: [owner],
  creationTimestamp: "2026-11-22T12:00:00Z",
  managedFields: [entry],
  selfLink: 3, // a field that nobody reads
};
const nested = (depth: number): object => (depth === 0 ? {} : { "f:a": nested(depth - 1) });
const managed = (changes: object) => ({ managedFields: [{ ...entry, ...changes }] });
const owned = (changes: object) => ({ ownerReferences: [{ ...owner, ...changes }] });

describe("an object's metadata", () => {
  it("stays as the API server says it", () => {
    expect(toMeta(sound, type)).toEqual(sound);
    expect(toMeta({ ...sound, ...managed({ fieldsV1: nested(500) }) }, type)).toMatchObject({ name: "a" });
  });

  it("that is null is absent, as Go means it, and what Go leaves out is empty", () => {
    const { labels: _, ...rest } = sound;
    const { manager: __, ...nameless } = entry;
    const said = {
      ...sound,
      labels: null,
      deletionTimestamp: null,
      managedFields: [{ ...nameless, time: null }],
    };
    const { time: ___, ...timeless } = entry;
    expect(toMeta(said, type)).toEqual({ ...rest, managedFields: [{ ...timeless, manager: "" }] });
    expect(toMeta({}, type)).toEqual({ name: "" });
  });

  it.each<[string, object]>([
    ["a name that is a number", { name: 1 }],
    ["a namespace that is an object", { namespace: {} }],
    ["a uid that is a list", { uid: ["1"] }],
    ["a version that is a number", { resourceVersion: 7 }],
    ["a generation that is text", { generation: "2" }],
    ["a generation that is no integer", { generation: 1.5 }],
    ["labels that are a list", { labels: ["a"] }],
    ["a label that is null", { labels: { a: null } }],
    ["a label that is not well-formed", { labels: { a: "\ud800" } }],
    ["an annotation that is a number", { annotations: { a: 1 } }],
    ["finalizers that are text", { finalizers: "x/y" }],
    ["a finalizer that is null", { finalizers: [null] }],
    ["an owner that is null", { ownerReferences: [null] }],
    ["an owner without a uid", owned({ uid: undefined })],
    ["an owner whose controller is text", owned({ controller: "yes" })],
    ["a time of deletion that is true", { deletionTimestamp: true }],
    ["managed fields that are an object", { managedFields: {} }],
    ["a managed field that is null", { managedFields: [null] }],
    ["a manager that is a number", managed({ manager: 1 })],
    ["an operation that is unknown", managed({ operation: "Steal" })],
    ["an operation that is absent", managed({ operation: null })],
    ["fields of another form", managed({ fieldsType: "FieldsV2" })],
    ["fields that are a list", managed({ fieldsV1: [] })],
    ["a field below which is no set", managed({ fieldsV1: { "f:a": null } })],
    ["a field that every object has", managed({ fieldsV1: { constructor: {} } })],
    ["a field of the prototype", managed({ fieldsV1: JSON.parse('{"__proto__": {}}') })],
    ["a field that is not well-formed", managed({ fieldsV1: { "f:\ud800": {} } })],
    ["fields that are too deep", managed({ fieldsV1: nested(501) })],
  ])("is malformed with %s", (_, changes) => {
    expect(() => toMeta({ ...sound, ...changes }, type)).toThrow(
      expect.objectContaining({ code: "PROTOCOL" }),
    );
  });
});
