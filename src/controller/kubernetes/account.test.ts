import { describe, expect, it } from "vitest";
import { actingUser } from "./account.ts";

const GATE = { namespace: "payments", name: "prod" };
const REMOTE = { secret: "remote", key: "value", text: "" };

describe("whom a gate acts as", () => {
  it.each([
    ["the account that it names", "deployer", undefined, "default", "deployer"],
    ["the account of the installation", undefined, undefined, "default", "default"],
    ["the account that it names on another cluster", "deployer", REMOTE, undefined, "deployer"],
  ])("is %s, in its own namespace", (_, serviceAccountName, kubeConfig, fallback, account) => {
    expect(actingUser(GATE, { serviceAccountName, kubeConfig }, fallback)).toEqual({
      name: `system:serviceaccount:payments:${account}`,
      extra: { "sluice.dev/gate": ["payments/prod"] },
    });
  });

  it("is whom the kubeconfig names on another cluster, whatever the installation's default is", () => {
    const target = { serviceAccountName: undefined, kubeConfig: REMOTE };
    expect(actingUser(GATE, target, "default")).toBeUndefined();
  });

  it("is never the controller itself", () => {
    const target = { serviceAccountName: undefined, kubeConfig: undefined };
    expect(() => actingUser(GATE, target, undefined)).toThrow(
      expect.objectContaining({ code: "NO_SERVICE_ACCOUNT" }),
    );
  });
});
