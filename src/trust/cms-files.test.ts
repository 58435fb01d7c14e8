import { describe, expect, it } from "vitest";
import { addSignature, commitObject, NOW, rawCommit } from "../../test/integration/commits/objects.ts";
import { PrivateSigstore, WHO } from "../../test/integration/gitsign/private-sigstore.ts";
import {
  alternativeNames,
  authority,
  type Issued,
  issue,
  pem,
  revocationList,
} from "../../test/integration/x509/builder/certificate.ts";
import { signCms } from "../../test/integration/x509/builder/cms.ts";
import { TrustError } from "./error.ts";
import { judgeCommit } from "./judge-commit.ts";
import { type KeyFiles, trustKeyFiles } from "./key-files.ts";

const commit = commitObject();
const NOTHING: KeyFiles = { allowedSigners: [], openpgpKeys: [] };
const file = (text: string) => ({ origin: "file", bytes: Buffer.from(text) });

/** Who signed, or the code of the refusal, or of the error where the files cannot be used. */
async function judge(armored: string, files: Partial<KeyFiles>, now = NOW): Promise<string | null> {
  try {
    const { trust } = await trustKeyFiles({ ...NOTHING, ...files });
    const { code, signer } = await judgeCommit(rawCommit(addSignature(commit, armored)), trust, now);
    return code ?? signer;
  } catch (error) {
    if (error instanceof TrustError) return error.code;
    throw error;
  }
}

describe("roots as gpgsm would be given them", () => {
  const [bank, partner] = [authority(undefined, { name: "bank" }), authority(undefined, { name: "partner" })];
  const alice = issue(bank, { extensions: [alternativeNames(["email", "alice@bank.example"])] });
  const roots = (...issued: readonly Issued[]) => issued.map(({ certificate }) => file(pem(certificate)));
  const signed = signCms(commit, alice, bank);

  it("let in whoever they certify, by address or by name", async () => {
    const x509 = { roots: roots(partner, bank), revocationLists: [] };
    expect(await judge(signed, { x509 })).toBe("alice@bank.example");
    expect(await judge(signCms(commit, issue(partner), partner), { x509 })).toBe("CN=alice");
    const only = { roots: roots(partner), revocationLists: [] };
    expect(await judge(signed, { x509: only })).toBe("CERTIFICATE_UNTRUSTED");
  });

  it("come with lists of what is revoked", async () => {
    const listing = (...revoked: readonly Issued[]) => ({
      roots: roots(bank),
      revocationLists: [file(pem(revocationList(bank, revoked), "X509 CRL"))],
    });
    expect(await judge(signed, { x509: listing() })).toBe("alice@bank.example");
    expect(await judge(signed, { x509: listing(alice) })).toBe("KEY_REVOKED");
  });

  it.each<[string, string]>([
    ["nothing", ""],
    ["a person", pem(alice.certificate)],
    ["a private key", pem(Buffer.of(1), "PRIVATE KEY")],
  ])("are of authorities, not of %s", async (_, text) => {
    expect(await judge(signed, { x509: { roots: [file(text)], revocationLists: [] } })).toBe(
      "INVALID_AUTHORITY",
    );
  });

  it("must be there", async () => {
    expect(await judge(signed, { x509: { roots: [], revocationLists: [] } })).toBe("EMPTY_TRUST");
  });
});

describe("identities as gitsign would be given them", () => {
  const sigstore = new PrivateSigstore();

  it("let in whom they name, by the word of their own provider", async () => {
    const trustedRoot = file(await sigstore.rootJson());
    const signed = await sigstore.sign(commit);
    const code = (...identities: readonly (typeof WHO)[]) =>
      judge(signed, { sigstore: { trustedRoot, identities } }, sigstore.now);
    const other = { identity: "https://login.bank.example/bob", issuer: "https://other.example" };
    expect(await code(other, WHO)).toBe(WHO.identity);
    expect(await code({ ...WHO, issuer: other.issuer })).toBe("PRINCIPAL_NOT_ALLOWED");
    expect(await code({ ...other, issuer: WHO.issuer })).toBe("PRINCIPAL_NOT_ALLOWED");
    expect(await code()).toBe("EMPTY_TRUST");
  });

  it("mean nothing without a root that can be read", async () => {
    const files = { sigstore: { trustedRoot: file("{}"), identities: [WHO] } };
    expect(await judge(await sigstore.sign(commit), files)).toBe("INVALID_AUTHORITY");
  });
});
