import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { resourcesFromObjects } from "../../../src/api/index.ts";
import { compileTrust, REMEDIES } from "../../../src/trust/index.ts";
import { openpgpKey } from "../commits/openpgp-keys.ts";
import { PUBLIC_GOOD } from "../gitsign/public-good.ts";
import { authority, pem, revocationList } from "../x509/builder/certificate.ts";

const guide = await readFile(join(import.meta.dirname, "../../../docs/signatures.md"), "utf8");

/** The content of the guide's only block in that language. */
function blockOf(language: string): string {
  const [block, another] = [...guide.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter(
    ([, each]) => each === language,
  );
  if (block?.[2] === undefined || another !== undefined) throw new Error(`not one block of ${language}`);
  return block[2];
}

async function configMaps(): Promise<readonly object[]> {
  const root = authority(undefined);
  const issuing = authority(root, { name: "issuing" });
  const data = {
    signers: { "alice.asc": (await openpgpKey()).publicKey.armor() },
    "bank-ca": {
      "root.pem": pem(root.certificate),
      "issuing.pem": pem(issuing.certificate),
      "issuing.crl": pem(revocationList(issuing, []), "X509 CRL"),
    },
    sigstore: { "trusted_root.json": PUBLIC_GOOD.rootJson },
    revoked: { "keys.krl": "# nobody yet\n" },
  };
  return Object.entries(data).map(([name, each]) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "payments" },
    data: each,
  }));
}

it("the policy in the guide to signatures can be used as it is", async () => {
  const objects = [parse(blockOf("yaml")), ...(await configMaps())];
  const { resources, problems } = resourcesFromObjects(objects, { policiesDir: "/" });
  expect(problems).toEqual([]);
  const material = resources.trustPolicies.get("payments/payments-trust");
  const trust = material && (await compileTrust(material));
  expect(trust?.grants.size).toBe(3);
  expect([...(trust?.authorities.keys() ?? [])]).toEqual([
    "x509 bank-ca",
    expect.stringMatching(/^ssh SHA256:/),
  ]);
  const others = objects.filter(({ metadata }) => metadata.name !== "bank-ca");
  expect(resourcesFromObjects(others, { policiesDir: "/" }).problems).toMatchObject([
    { kind: "TrustPolicy", message: expect.stringContaining("ConfigMap payments/bank-ca, key root.pem") },
  ]);
});

it("the codes in the guide to signatures are those that there are", () => {
  const table = guide.slice(guide.indexOf("## Why a signature does not count"));
  const codes = [...table.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, code = ""]) => code);
  expect(codes.filter((code) => !Object.hasOwn(REMEDIES, code))).toEqual([]);
  expect(new Set(codes).size).toBe(27);
});
