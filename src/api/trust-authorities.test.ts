import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadTrustPolicy } from "./load.ts";
import type { TrustMaterial } from "./material.ts";
import { namedDataOf } from "./named-data.ts";
import { resourcesFromObjects } from "./objects.ts";

const KRL = Buffer.from("SSHKRL\n\0\0\0\0\u0001", "latin1");

const KEYS = [
  { sigstore: { issuer: "https://login.bank.example", identity: "alice@bank.example" } },
  { x509: { authority: "bank-ca", email: "alice@bank.example" } },
  { sshCertificate: { authority: "fleet", principal: "alice" }, validBefore: "2027-01-01" },
];

function policy(spec: object) {
  return {
    apiVersion: "sluice.dev/v1",
    kind: "TrustPolicy",
    metadata: { name: "trust", namespace: "payments" },
    spec: {
      signers: [{ name: "alice", roles: ["developer"], keys: KEYS }],
      history: { start: "root" },
      commits: [{ paths: ["**"], signedBy: { role: "developer" } }],
      ...spec,
    },
  };
}

const configMap = (data: object) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "roots", namespace: "payments" },
  ...data,
});

const from = (key: string) => ({ configMapRef: { name: "roots", key } });

const SPEC = {
  authorities: {
    x509: [
      { name: "bank-ca", roots: from("ca"), intermediates: from("sub"), revocationLists: [from("crl")] },
    ],
    sshCertificates: [{ name: "fleet", key: "ssh-ed25519 AAAA", validAfter: "2026-01-01" }],
    sigstore: { trustedRoot: from("json") },
  },
  revoked: { sshKeys: [from("krl")] },
};

const TEXTS = { ca: "the root", sub: "between", crl: "a list", json: "{}" };

function readObjects(...objects: readonly object[]): TrustMaterial | string {
  const { resources, problems } = resourcesFromObjects(objects, { policiesDir: "/policies" });
  return resources.trustPolicies.get("payments/trust") ?? problems.map(({ message }) => message).join();
}

const withKrl = (krl: object): TrustMaterial | string => {
  const { data = {}, ...rest } = krl as { data?: object };
  return readObjects(policy(SPEC), configMap({ data: { ...TEXTS, ...data }, ...rest }));
};

describe("what authorities are known by", () => {
  it("is brought in, with where it is from", () => {
    expect(withKrl({ binaryData: { krl: KRL.toString("base64") } })).toMatchObject({
      authorities: {
        x509: [
          {
            name: "bank-ca",
            origin: "spec.authorities.x509.0",
            roots: { origin: "ConfigMap payments/roots, key ca", text: "the root" },
            intermediates: { text: "between" },
            revocationLists: [{ text: "a list" }],
          },
        ],
        sshCertificates: [{ name: "fleet", line: "ssh-ed25519 AAAA", validAfter: Date.UTC(2026, 0, 1) }],
        sigstore: { text: "{}" },
      },
      signers: [
        {
          keys: [
            { scheme: "sigstore", issuer: "https://login.bank.example", identity: "alice@bank.example" },
            { scheme: "x509", authority: "bank-ca", email: "alice@bank.example" },
            {
              scheme: "sshCertificate",
              authority: "fleet",
              principal: "alice",
              validBefore: Date.UTC(2027, 0, 1),
            },
          ],
        },
      ],
    });
  });

  it("may be nothing", () => {
    expect(readObjects(policy({}))).toMatchObject({
      authorities: { x509: [], sshCertificates: [] },
      revoked: { sshKeys: [] },
    });
  });

  it("must be there, in the policy's own namespace", () => {
    const elsewhere = {
      ...configMap({ data: { ...TEXTS, krl: "" } }),
      metadata: { name: "roots", namespace: "x" },
    };
    for (const objects of [[policy(SPEC)], [policy(SPEC), elsewhere]])
      expect(readObjects(...objects)).toMatch(/there is no ConfigMap payments\/roots, key ca/);
    expect(withKrl({})).toMatch(/spec\.revoked\.sshKeys\.0\.configMapRef: there is no ConfigMap/);
  });

  it("is text, but for what is revoked", () => {
    const binary = { binaryData: { krl: "", ca: "/w==" } };
    expect(readObjects(policy(SPEC), configMap({ data: { ...TEXTS, ca: undefined }, ...binary }))).toMatch(
      /./,
    );
    const { ca: _, ...texts } = TEXTS;
    expect(readObjects(policy(SPEC), configMap({ data: texts, ...binary }))).toMatch(/key ca is not UTF-8/);
  });
});

describe("a list of what is revoked", () => {
  const base64 = KRL.toString("base64");
  const revokedOf = (material: TrustMaterial | string) =>
    typeof material === "string" ? material : material.revoked.sshKeys.map((each) => each.base64);

  it.each<[string, object, string]>([
    ["bytes", { binaryData: { krl: base64 } }, base64],
    ["base64 as text", { data: { krl: `${base64.slice(0, 8)}\n${base64.slice(8)}\n` } }, base64],
    [
      "lines of keys",
      { data: { krl: "ssh-ed25519 A\n" } },
      Buffer.from("ssh-ed25519 A\n").toString("base64"),
    ],
    [
      "what is almost base64, as it is",
      { data: { krl: `${base64}=` } },
      Buffer.from(`${base64}=`).toString("base64"),
    ],
  ])("is taken as %s", (_, krl, expected) => {
    expect(revokedOf(withKrl(krl))).toEqual([expected]);
  });
});

describe("the digest of a policy", () => {
  const digestOf = (...objects: readonly object[]) => {
    const material = readObjects(...objects);
    return typeof material === "string" ? material : material.digest;
  };
  const data = { ...TEXTS, krl: "ssh-ed25519 A" };

  it.each([...Object.keys(TEXTS), "krl"])("covers %s", (key) => {
    const before = digestOf(policy(SPEC), configMap({ data }));
    expect(before).toMatch(/^sha256:/);
    expect(digestOf(policy(SPEC), configMap({ data: { ...data, other: "" } }))).toBe(before);
    expect(digestOf(policy(SPEC), configMap({ data: { ...data, [key]: "changed" } }))).not.toBe(before);
  });

  it.each([0, 1, 2])("covers whom key %i names, and when", (index) => {
    const keys = (change: object) => KEYS.map((key, at) => (at === index ? { ...key, ...change } : key));
    const digests = [{}, { validAfter: "2026-01-01" }, { validAfter: "2026-01-02" }].map((change) =>
      digestOf(
        policy({ ...SPEC, signers: [{ name: "alice", roles: ["developer"], keys: keys(change) }] }),
        configMap({ data }),
      ),
    );
    expect(new Set(digests).size).toBe(3);
  });

  it("covers when an authority counts", () => {
    const ssh = (window: object) => ({
      ...SPEC,
      authorities: { ...SPEC.authorities, sshCertificates: [{ name: "fleet", key: "k", ...window }] },
    });
    const [before, after] = [{}, { validBefore: "2027-01-01" }].map((window) =>
      digestOf(policy(ssh(window)), configMap({ data })),
    );
    expect(before).not.toBe(after);
  });
});

it("everything that is named is read beside the policy", () => {
  const secret = (name: string) => ({ secretRef: { name, key: "k" } });
  const spec = {
    authorities: {
      x509: [
        {
          name: "bank-ca",
          roots: secret("a"),
          intermediates: secret("b"),
          revocationLists: [secret("c"), { pem: "x" }],
        },
      ],
      sigstore: { trustedRoot: secret("d") },
    },
    revoked: { sshKeys: [secret("e"), { base64: "AAAA" }] },
  };
  expect(namedDataOf(policy(spec)).map(({ name }) => name)).toEqual(["a", "b", "c", "d", "e"]);
});

describe("files", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sluice-trust-"));
  });

  afterAll(() => rm(folder, { recursive: true }));

  async function load(files: Readonly<Record<string, string | Uint8Array>>): Promise<TrustMaterial> {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    const spec = {
      authorities: {
        x509: [{ name: "bank-ca", roots: { file: "ca.pem" }, revocationLists: [{ file: "ca.crl" }] }],
        sigstore: { trustedRoot: { file: "root.json" } },
      },
      revoked: { sshKeys: [{ file: "revoked.krl" }] },
    };
    await writeFile(join(folder, "trust.json"), JSON.stringify(policy(spec)));
    return loadTrustPolicy(join(folder, "trust.json"));
  }

  it("are read as they are, byte for byte where they need not be text", async () => {
    const krl = Buffer.concat([KRL, Buffer.of(0xff, 0xfe)]);
    const files = { "ca.pem": "the root", "ca.crl": "a list", "root.json": "{}", "revoked.krl": krl };
    expect(await load(files)).toMatchObject({
      authorities: {
        x509: [{ roots: { origin: join(folder, "ca.pem"), text: "the root" } }],
        sigstore: { text: "{}" },
      },
      revoked: { sshKeys: [{ origin: join(folder, "revoked.krl"), base64: krl.toString("base64") }] },
    });
    await rm(join(folder, "revoked.krl"));
    const { "revoked.krl": _, ...others } = files;
    await expect(load(others)).rejects.toMatchObject({ code: "UNREADABLE" });
  });
});
