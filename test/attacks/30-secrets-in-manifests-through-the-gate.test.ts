import { describe, expect, it } from "vitest";
import { toEvidence } from "../../src/gate/index.ts";
import { CANARY, findCanary } from "../support/canary.ts";
import { codesOf } from "../support/codes.ts";
import { type Flow, useFlows } from "../support/flow.ts";
import { readTarget } from "../support/invariants.ts";
import { STOPS, TELLS_ALL } from "../support/policies.ts";

const openFlow = useFlows();
const quoted = JSON.stringify(CANARY);
const encoded = Buffer.from(CANARY).toString("base64");

const SECRET = `apiVersion: v1
kind: Secret
metadata:
  name: login
  annotations: {kubectl.kubernetes.io/last-applied-configuration: ${JSON.stringify(JSON.stringify({ a: CANARY }))}}
data: {password: ${encoded}, image: ${encoded}}
stringData: {token: ${quoted}, containers: ${quoted}}
`;

/** Runs the gate on the application with these files beside it, and looks for the canary in all that is told of it. */
async function judge(flow: Flow, files: Readonly<Record<string, string>>) {
  const { world } = flow;
  await world.push({ tree: world.tree(1, files) });
  const { decision } = await flow.run();
  expect(findCanary(Buffer.from(toEvidence(decision)))).toEqual([]);
  for (const bytes of flow.store.files.values()) expect(findCanary(Buffer.from(bytes))).toEqual([]);
  return decision;
}

describe("attack 30: a Secret in git", () => {
  it("is applied, and not told: to policies its keys are shown, and of its values the lengths", async () => {
    const flow = await openFlow();
    await flow.world.configure({ policies: { "tells.rego": TELLS_ALL } });
    const decision = await judge(flow, { "prod/secret.yaml": SECRET });
    expect(codesOf(decision)).toEqual([]);
    const told = decision.findings.map(({ message }) => message);
    expect(told).toContain(`password: redacted (${encoded.length} characters)`);
    expect(findCanary(decision.findings)).toEqual([]);
    const secret = (await readTarget(flow.world.out))?.objects.find(({ kind }) => kind === "Secret");
    expect(secret).toMatchObject({ data: { password: encoded }, stringData: { token: CANARY } });
  });

  it.each([
    ["where the change is denied", TELLS_ALL.replaceAll("warn", "deny"), "evaluate POLICY_DENIED"],
    ["where a policy stops in the middle of it", STOPS, "evaluate POLICY_CRASHED"],
  ])("is not told %s", async (_, policy, code) => {
    const flow = await openFlow();
    await flow.world.configure({ policies: { "policy.rego": policy } });
    const decision = await judge(flow, { "prod/secret.yaml": SECRET });
    expect(new Set(codesOf(decision))).toEqual(new Set([code]));
    expect(findCanary(decision)).toEqual([]);
  });

  it("made by a kustomization, is not told either", async () => {
    const flow = await openFlow();
    await flow.world.configure({ policies: { "tells.rego": TELLS_ALL } });
    const kustomization = `resources: [app.yaml]
secretGenerator:
  - name: login
    literals: [${JSON.stringify(`password=${CANARY}`)}]
`;
    const decision = await judge(flow, { "prod/kustomization.yaml": kustomization });
    expect(codesOf(decision)).toEqual([]);
    expect(findCanary(decision.findings)).toEqual([]);
  });
});

/** Files beside the application, all in `prod`. */
type Files = Readonly<Record<string, string>>;

function secretWith(rest: string): Files {
  return { "prod/secret.yaml": `apiVersion: v1\nkind: Secret\nmetadata: {name: login}\n${rest}\n` };
}

function kustomizationWith(fields: object, more: Files = {}): Files {
  return { "prod/kustomization.yaml": JSON.stringify(fields), ...more };
}

const SECRET_PATCH = JSON.stringify({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "login" },
  stringData: { password: CANARY },
});

describe("attack 30: a Secret that cannot be rendered is refused without a word of what is in it", () => {
  it.each<[string, Files]>([
    ["an unclosed quote", secretWith(`stringData: {password: '${CANARY}`)],
    ["a quote and more behind it", secretWith(`stringData: {password: "x" ${CANARY}}`)],
    ["a tab for indentation", secretWith(`stringData:\n\tpassword: ${CANARY}`)],
    ["a value at the wrong depth", secretWith(`stringData:\n  password: a\n ${CANARY}`)],
    ["a key given twice", secretWith(`stringData: {password: ${quoted}, password: ${quoted}}`)],
    ["an alias that names nothing", secretWith(`stringData: {password: *none, b: ${quoted}}`)],
    ["a tag", secretWith(`stringData: {password: !vault ${quoted}}`)],
    ["a control character", secretWith(`stringData: {password: "${CANARY.replace('"', "")}\u0001"}`)],
    [
      "labels that are none",
      secretWith(`---\napiVersion: v1\nkind: Secret\nmetadata: {name: x, labels: [${quoted}]}`),
    ],
  ])("in plain YAML: %s", async (_, files) => {
    await expectWithheld(files);
  });

  it.each<[string, Files]>([
    [
      "a literal without a name",
      kustomizationWith({ secretGenerator: [{ name: "login", literals: [CANARY] }] }),
    ],
    [
      "a patch of a Secret that is not there",
      kustomizationWith({ resources: ["app.yaml"], patches: [{ patch: SECRET_PATCH }] }),
    ],
    [
      "a patch of a Secret that is no YAML",
      kustomizationWith({
        resources: ["app.yaml"],
        patches: [{ target: { kind: "Secret" }, patch: SECRET_PATCH.slice(0, -1) }],
      }),
    ],
    [
      "a Secret that is no YAML",
      kustomizationWith(
        { resources: ["secret.yaml"] },
        secretWith(`stringData: {a: ${quoted}\n\tb: ${quoted}`),
      ),
    ],
    [
      "a Secret given twice",
      kustomizationWith(
        { resources: ["secret.yaml", "again.yaml"] },
        { ...secretWith(""), "prod/again.yaml": SECRET_PATCH, "prod/secret.yaml": SECRET_PATCH },
      ),
    ],
    [
      "a replacement from a Secret to nowhere",
      kustomizationWith(
        {
          resources: ["app.yaml", "secret.yaml"],
          replacements: [
            {
              source: { kind: "Secret", name: "login", fieldPath: "stringData.password" },
              targets: [{ select: { kind: "Deployment" }, fieldPaths: ["spec.replicas.none"] }],
            },
          ],
        },
        { "prod/secret.yaml": SECRET_PATCH },
      ),
    ],
    [
      "a remote base with credentials in its URL",
      kustomizationWith({
        resources: [`https://robot:${encodeURIComponent(CANARY)}@git.bank.example/base?ref=main`],
      }),
    ],
  ])("in a kustomization: %s", async (_, files) => {
    await expectWithheld(files);
  });

  async function expectWithheld(files: Files): Promise<void> {
    const decision = await judge(await openFlow(), files);
    expect(decision.verdict).toBe("deny");
    expect(codesOf(decision).every((reason) => reason.startsWith("render "))).toBe(true);
    expect(findCanary(decision)).toEqual([]);
  }
});
