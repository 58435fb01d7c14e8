import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resourcesFromObjects } from "../../../src/api/index.ts";
import { type Cluster, startCluster } from "../../support/cluster.ts";
import { describeWithTools } from "../../support/tools.ts";
import { BUNDLE_CASES, GATE_CASES, TRUST_CASES, UNKNOWN_FIELD_CASES } from "./agreement-cases.ts";
import { StrictApi, type TestedObject } from "./api.ts";
import { keys } from "./resources.ts";

const ROOT = join(import.meta.dirname, "../../..");

/** The fields that Sluice itself finds wrong in an object of the API server. */
function problemsOf(object: TestedObject): string[] {
  const { problems } = resourcesFromObjects([object, keys], { policiesDir: "/policies" });
  return problems.map(({ message }) => message);
}

/** As in the messages of Sluice: `spec.signers.0.keys`. */
const dotted = (field: string): string => field.replaceAll(/\[(\d+)\]/g, ".$1");

const CASES = [...GATE_CASES, ...TRUST_CASES, ...BUNDLE_CASES];

describe("Sluice itself refuses", () => {
  it.each([...CASES, ...UNKNOWN_FIELD_CASES])("%s (%s)", (_, field, wrong, right) => {
    const [problem = "", another] = problemsOf(wrong);
    expect(problem).toContain(`${dotted(field) || "document"}: `);
    expect(another).toBeUndefined();
    expect(problemsOf(right)).toEqual([]);
  });
});

describeWithTools(["etcd", "kube-apiserver", "kubectl"], "the API server agrees", () => {
  let cluster: Cluster;
  let api: StrictApi;
  beforeAll(async () => {
    cluster = await startCluster();
    await cluster.kubectl("apply", "-k", join(ROOT, "manifests/crds"));
    await cluster.kubectl("wait", "--for=condition=Established", "crd", "--all");
    await cluster.createNamespace("payments");
    api = await StrictApi.of(cluster);
  });
  afterAll(async () => {
    api[Symbol.dispose]();
    await cluster[Symbol.asyncDispose]();
  });

  it.each(CASES)("on %s (%s)", async (_, field, wrong, right) => {
    const { status, body } = await api.create(wrong);
    expect({ status, reason: body.reason }).toEqual({ status: 422, reason: "Invalid" });
    expect(body.details?.causes?.map((cause) => cause.field)).toContain(field || "<nil>");
    expect(await api.create(right)).toMatchObject({ status: 201 });
  });

  it.each(UNKNOWN_FIELD_CASES)("on %s that there is not (in %s)", async (_, __, wrong, right) => {
    expect(await api.create(wrong)).toMatchObject({ status: 400, body: { reason: "BadRequest" } });
    expect(await api.create(right)).toMatchObject({ status: 201 });
  });
});
