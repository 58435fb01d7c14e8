import { beforeEach, describe, expect, it } from "vitest";
import type { KubeObject } from "./object.ts";
import { Replica } from "./replica.ts";

let told: string[];
let replica: Replica;

const object = (name: string, resourceVersion: string, uid = name): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, resourceVersion, uid },
});

beforeEach(() => {
  told = [];
  replica = new Replica(({ type, object: { metadata }, previous }) => {
    told.push([type, metadata.name, previous?.metadata.resourceVersion].filter(Boolean).join(" "));
  });
  replica.replace([object("a", "1"), object("b", "1")]);
});

describe("a replica", () => {
  it("tells of a list what is new, and nothing where all is the same", () => {
    expect(told).toEqual(["added a", "added b"]);
    replica.replace([object("b", "1"), object("a", "1")]);
    expect(told).toHaveLength(2);
    expect(replica.list()).toHaveLength(2);
  });

  it("tells what a later list no longer has, and what it has anew", () => {
    replica.replace([object("b", "2"), object("c", "3")]);
    expect(told.slice(2)).toEqual(["deleted a 1", "modified b 1", "added c"]);
    expect(replica.get("a")).toBeUndefined();
    expect(replica.get("b")).toMatchObject({ metadata: { resourceVersion: "2" } });
  });

  it("takes another uid for another object", () => {
    replica.take("MODIFIED", object("a", "2", "reborn"));
    replica.take("MODIFIED", object("b", "2"));
    expect(told.slice(2)).toEqual(["deleted a 1", "added a", "modified b 1"]);
  });

  it("tells a deletion once", () => {
    replica.take("DELETED", object("a", "2"));
    replica.take("DELETED", object("a", "2"));
    expect(told.slice(2)).toEqual(["deleted a 1"]);
  });
});
