import { describe, expect, it } from "vitest";
import { resourcesFromObjects } from "../api/index.ts";
import { selectGates } from "./config.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJDfFSBsrtQqhQEuWQtfjnG9wtVZuZ4VF6rqKvAhx0yD";

function resource(kind: string, name: string, fields: object, metadata: object = {}) {
  const apiVersion = kind === "Secret" ? "v1" : "sluice.dev/v1";
  const place = kind === "PolicyBundle" ? {} : { namespace: "payments" };
  return { apiVersion, kind, metadata: { name, ...place, ...metadata }, ...fields };
}

/** The credentials that a gate of a cluster gets for this URL, from a Secret for this host. */
function credentialsFor(url: string, host: string | undefined) {
  const git = { url, ref: { branch: "main" }, auth: { secretRef: { name: "git" } } };
  const annotations = host === undefined ? {} : { "sluice.dev/git-host": host };
  const { resources } = resourcesFromObjects(
    [
      resource("Gate", "prod", {
        spec: { source: { git }, trust: "trust", policies: ["limits"], target: { cluster: {} } },
      }),
      resource("TrustPolicy", "trust", {
        spec: {
          signers: [{ name: "alice", roles: ["developer"], keys: [{ ssh: KEY }] }],
          history: { start: "root" },
          commits: [{ paths: ["**"], signedBy: { role: "developer" } }],
        },
      }),
      resource("PolicyBundle", "limits", { spec: { rego: { path: "limits" } } }),
      resource("Secret", "git", { stringData: { bearerToken: "token" } }, { annotations }),
    ],
    { policiesDir: "/policies" },
  );
  return selectGates(resources, ["payments/prod"])[0]?.credentials;
}

describe("a Secret of a cluster", () => {
  it.each([
    ["https://git.bank.example/config.git", "git.bank.example"],
    ["https://GIT.bank.example:443/config.git", "git.bank.example"],
    ["https://git.bank.example:8443/config.git", "git.bank.example:8443"],
    ["ssh://git@git.bank.example/config.git", "git.bank.example"],
    ["ssh://git@GIT.bank.example:22/config.git", "git.bank.example"],
    ["ssh://git@git.bank.example:2222/config.git", "git.bank.example:2222"],
  ])("gives %s the credentials that it says are for %s", (url, host) => {
    expect(credentialsFor(url, host)).toEqual({ login: { bearerToken: "token" } });
  });

  it.each([
    ["nobody", "https://git.bank.example/config.git", undefined],
    ["another host", "https://mallory.example/config.git", "git.bank.example"],
    ["a host above", "https://git.bank.example/config.git", "bank.example"],
    ["a host that only begins so", "https://git.bank.example.mallory.example/c.git", "git.bank.example"],
    ["another port", "https://git.bank.example:8443/config.git", "git.bank.example"],
    ["a port that the URL has not", "https://git.bank.example/config.git", "git.bank.example:8443"],
    ["nothing", "https://git.bank.example/config.git", ""],
    ["another host by ssh", "ssh://git@mallory.example/config.git", "git.bank.example"],
    ["another port by ssh", "ssh://git@git.bank.example:2222/config.git", "git.bank.example"],
    ["a user at another host", "ssh://git.bank.example@mallory.example/c.git", "git.bank.example"],
  ])("gives none that are for %s", (_, url, host) => {
    expect(() => credentialsFor(url, host)).toThrow(expect.objectContaining({ code: "INVALID_RESOURCE" }));
  });
});
