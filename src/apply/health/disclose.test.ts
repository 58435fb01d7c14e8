import { describe, expect, it } from "vitest";
import type { HealthRule, Observed } from "./compute.ts";
import { disclose } from "./disclose.ts";

const CANARY = "c2VjcmV0LWNhbmFyeQ==";

const rule = (apiVersion: string, kind: string): HealthRule => ({ apiVersion, kind, current: "true" });

const widget: Observed = {
  apiVersion: "example.com/v1",
  kind: "Widget",
  metadata: { name: "w", generation: 1, managedFields: [{ manager: "x" }], labels: { a: "b" } },
  spec: { a: 1 },
  status: { b: 2 },
  parts: ["c"],
};

const secret: Observed = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: {
    name: "s",
    annotations: { "kubectl.kubernetes.io/last-applied-configuration": CANARY, note: "kept" },
  },
  data: { "tls.crt": CANARY, "tls.key": "" },
  stringData: { token: CANARY },
  type: "Opaque",
};

describe("disclose", () => {
  it("gives kstatus what it reads, and no history", () => {
    expect(disclose(widget, [])).toEqual({
      apiVersion: "example.com/v1",
      kind: "Widget",
      metadata: { name: "w", generation: 1, labels: { a: "b" } },
      spec: { a: 1 },
      status: { b: 2 },
    });
  });

  it("gives a rule of any version of the kind everything else too", () => {
    expect(disclose(widget, [rule("example.com/v2", "Widget")])).toMatchObject({
      parts: ["c"],
      spec: { a: 1 },
    });
  });

  it.each([
    ["another kind", rule("example.com/v1", "Gadget")],
    ["another group", rule("example.org/v1", "Widget")],
  ])("but not a rule of %s", (_, other) => {
    expect(disclose(widget, [other])).not.toHaveProperty("parts");
  });

  it("attack 30: withholds a Secret's values, with a rule and without", () => {
    expect(JSON.stringify(disclose(secret, []))).not.toContain(CANARY);
    const ruled = disclose(secret, [rule("v1", "Secret")]);
    expect(JSON.stringify(ruled)).not.toContain(CANARY);
    expect(ruled).toMatchObject({
      metadata: { annotations: { note: "kept" } },
      data: { "tls.crt": expect.any(String), "tls.key": "" },
      stringData: { token: expect.any(String) },
      type: "Opaque",
    });
  });

  it("withholds what is no map of values whole", () => {
    expect(disclose({ ...secret, data: CANARY }, [rule("v1", "Secret")])).toHaveProperty("data", "withheld");
  });

  it("keeps the data of other kinds, for their rule", () => {
    const config = { ...secret, kind: "ConfigMap" };
    expect(disclose(config, [rule("v1", "ConfigMap")])).toMatchObject({ data: { "tls.crt": CANARY } });
  });
});
