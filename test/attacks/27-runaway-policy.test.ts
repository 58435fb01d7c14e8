import { afterAll, describe, expect, it } from "vitest";
import { change, configMap, deniedBy, openEngine } from "../integration/policy/scene.ts";

const MiB = 1024 * 1024;

const scene = openEngine({ deadlineMs: 60_000, memoryBytes: 32 * MiB });
/** For what has to be stopped. */
const impatient = openEngine({ deadlineMs: 1_000 });
afterAll(() => Promise.all([scene.close(), impatient.close()]));

/** What the gate is told of a policy with this rule. */
async function judge(
  rule: string,
  { engine } = scene,
  kind: "object" | "change" = "object",
): Promise<string[]> {
  const bundle = await scene.compile({ "a.rego": `package sluice.${kind}.a\n${rule}` });
  return deniedBy(await engine.evaluate([bundle], change(configMap("a"))));
}

const ENDLESS = `deny contains "never" if regex.split("^(a+)+$", "${"a".repeat(40)}b")[0] == ""`;

describe("attack 27: a policy that does not return, takes all memory, or calls out", () => {
  it("one that works hard within its limits passes, and one that denies denies", async () => {
    expect(
      await judge(`deny contains "x" if count([x | some x in numbers.range(1, 10000)]) < 10000`),
    ).toEqual([]);
    expect(
      await judge(`deny contains "x" if count([x | some x in numbers.range(1, 10000)]) == 10000`),
    ).toEqual(["sluice.object.a"]);
  });

  it.each<["object" | "change"]>([["object"], ["change"]])(
    "does not return, in a package for the %s",
    async (kind) => {
      expect(await judge(ENDLESS, impatient, kind)).toEqual(["POLICY_DEADLINE"]);
    },
  );

  it("takes all memory", async () => {
    const rule = `deny contains "x" if count({[a, b] | some a in numbers.range(1, 3000); some b in numbers.range(1, 3000)}) == 0`;
    expect(await judge(rule)).toEqual(["POLICY_MEMORY"]);
  });

  it("has more to say than anybody reads", async () => {
    const reasons = (count: number) =>
      `deny contains sprintf("%d", [x]) if some x in numbers.range(1, ${count})`;
    expect(await judge(reasons(500))).toEqual(["sluice.object.a"]);
    expect(await judge(reasons(501))).toEqual(["TOO_MANY_FINDINGS"]);
  });

  it("warns so much that its denials would be cut off", async () => {
    const rule = `warn contains sprintf("%d", [x]) if some x in numbers.range(1, 600)\ndeny contains "no"`;
    expect(await judge(rule)).toEqual(["TOO_MANY_FINDINGS"]);
  });

  it("contradicts itself", async () => {
    const rule = (second: number) =>
      `x := 1 if input.object\nx := ${second} if input.object\ndeny contains "a" if x > 1`;
    expect(await judge(rule(1))).toEqual([]);
    expect(await judge(rule(2))).toEqual(["POLICY_CRASHED"]);
  });

  it.each([
    [`deny contains {"msg": "no"}`, ["sluice.object.a"]],
    [`deny contains {"mesg": "no"}`, ["POLICY_RESULT"]],
    [`deny contains 1`, ["POLICY_RESULT"]],
    [`deny contains {"msg": "no", "path": 1}`, ["POLICY_RESULT"]],
  ])("says %s", async (rule, expected) => {
    expect(await judge(rule)).toEqual(expected);
  });

  it.each([
    `http.send({"method": "GET", "url": "http://169.254.169.254/"}).body == ""`,
    `net.lookup_ip_addr("bank.example") == set()`,
    `opa.runtime().env.HOME == ""`,
    `time.now_ns() == 0`,
    `rand.intn("x", 2) == 1`,
    `uuid.rfc4122("x") == ""`,
    `io.jwt.decode("x")[0] == ""`,
  ])("calls out: %s", async (expression) => {
    const rego = `package sluice.object.a\ndeny contains "x" if ${expression}`;
    expect(await scene.codesOf({ "a.rego": rego })).toEqual(["BUILTIN_REFUSED"]);
  });

  it("leaves the others as they were: nothing of it is left behind", async () => {
    const good = await scene.compile({
      "a.rego": 'package sluice.object.a\ndeny contains "no" if input.object.kind == "ConfigMap"',
    });
    const endless = await scene.compile({ "a.rego": `package sluice.object.a\n${ENDLESS}` });
    const report = await impatient.engine.evaluate([good, endless, good], change(configMap("a")));
    expect(report.bundles).toHaveLength(3);
    expect(report.findings.map(({ message }) => message)).toEqual(["no", "no"]);
    expect(report.faults.map(({ code }) => code)).toEqual(["POLICY_DEADLINE"]);
  });
});
