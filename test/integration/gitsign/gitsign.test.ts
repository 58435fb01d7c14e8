import { beforeAll, describe, expect, it } from "vitest";
import { isGitsign } from "../../../src/signatures/cms.ts";
import { parseSigstoreRoot, type SigstoreRoot } from "../../../src/signatures/sigstore/root.ts";
import { parseCms } from "../../../src/signatures/x509/cms.ts";
import { authority, issue } from "../x509/builder/certificate.ts";
import { attribute, signCms } from "../x509/builder/cms.ts";
import { octets } from "../x509/builder/der.ts";
import { entryAttribute } from "./entry.ts";
import { codeOf, judgeGitsign, PAYLOAD } from "./judge.ts";
import { assemble, PrivateSigstore, type Signing, WHO } from "./private-sigstore.ts";
import { PUBLIC_GOOD, partsOf, publicGoodRoot, rootOf } from "./public-good.ts";

const now = Date.now();

describe("a commit that gitsign signed in the public Sigstore", () => {
  const { payload, signature } = partsOf(PUBLIC_GOOD.commit);
  const root = publicGoodRoot();

  it("says who signed, by whose word, and when it was logged", () => {
    const { identity, issuer, loggedAt } = PUBLIC_GOOD;
    expect(judgeGitsign(signature, root, now, payload)).toMatchObject({
      ok: true,
      identity,
      issuer,
      loggedAt,
    });
  });

  it("does not say it of another commit", () => {
    const changed = partsOf(PUBLIC_GOOD.commit.replace("Mon Jun", "Tue Jun"));
    expect(codeOf(signature, root, now, changed.payload)).toBe("BAD_SIGNATURE");
  });

  it.each(["certificateAuthorities", "tlogs", "ctlogs"])(
    "is nothing to a root with other %s",
    async (field) => {
      const own = JSON.parse(await new PrivateSigstore().rootJson());
      const mixed = JSON.stringify({ ...JSON.parse(PUBLIC_GOOD.rootJson), [field]: own[field] });
      const expected = field === "tlogs" ? "LOG_ENTRY_INVALID" : "CERTIFICATE_UNTRUSTED";
      expect(codeOf(signature, rootOf(mixed), now, payload)).toBe(expected);
    },
  );
});

describe("a signature in a private Sigstore", () => {
  const sigstore = new PrivateSigstore();
  let root: SigstoreRoot;

  beforeAll(async () => {
    root = rootOf(await sigstore.rootJson());
  });

  const codeOfSigning = async (signing: Signing): Promise<string> =>
    codeOf(await sigstore.sign(PAYLOAD, signing), root, sigstore.now);

  it("is good in its own, and in no other", async () => {
    const signed = await sigstore.sign(PAYLOAD);
    expect(judgeGitsign(signed, root, sigstore.now)).toMatchObject({
      ok: true,
      ...WHO,
      loggedAt: sigstore.now,
    });
    const other = new PrivateSigstore();
    expect(codeOf(signed, rootOf(await other.rootJson()), other.now)).toBe("CERTIFICATE_UNTRUSTED");
    expect(codeOf(signed, publicGoodRoot(), now)).toBe("CERTIFICATE_UNTRUSTED");
  });

  it("needs a certificate that was logged as well", async () => {
    expect(await codeOfSigning({ withTimestamp: true })).toBe("good");
    expect(await codeOfSigning({ withTimestamp: false })).toBe("CERTIFICATE_UNTRUSTED");
  });

  it("names one provider", async () => {
    expect(await codeOfSigning({ olderIssuer: undefined })).toBe("good");
    expect(await codeOfSigning({ olderIssuer: "https://login.evil.example" })).toBe("IDENTITY_MISSING");
    expect(await codeOfSigning({ issuer: "", olderIssuer: undefined })).toBe("IDENTITY_MISSING");
  });

  it("is over SHA-256, which is what the log has", async () => {
    expect(await codeOfSigning({ hash: "sha256" })).toBe("good");
    expect(await codeOfSigning({ hash: "sha512" })).toBe("UNSUPPORTED_ALGORITHM");
  });

  it("may carry other notes, and the log's just once", async () => {
    const signed = await sigstore.signApart(PAYLOAD);
    const entry = entryAttribute(signed.entry);
    const code = (...attributes: readonly Buffer[]) =>
      codeOf(assemble(signed, [...attributes]), root, sigstore.now);
    expect(code(entry, attribute("1.3.6.1.4.1.99999.1", octets()))).toBe("good");
    expect(code(entry, entry)).toBe("MALFORMED_SIGNATURE");
  });
});

it("is told from other CMS signatures by its certificate", () => {
  const root = authority(undefined);
  const claims = (armored: string): boolean | string => {
    const data = parseCms(armored);
    return "code" in data ? data.code : isGitsign(data);
  };
  expect(claims(partsOf(PUBLIC_GOOD.commit).signature)).toBe(true);
  expect(claims(signCms(PAYLOAD, issue(root), root))).toBe(false);
});

describe("a trusted root", () => {
  it("names authorities, logs, and certificate logs", async () => {
    const own = JSON.parse(await new PrivateSigstore().rootJson());
    const parses = (change: object): boolean => parseSigstoreRoot(JSON.stringify({ ...own, ...change })).ok;
    expect(parses({})).toBe(true);
    expect(parses({ certificateAuthorities: [] })).toBe(false);
    expect(parses({ certificateAuthorities: [{ certChain: { certificates: [] } }] })).toBe(false);
    expect(parses({ tlogs: [] })).toBe(false);
    expect(parses({ ctlogs: [] })).toBe(false);
    expect(parses({ mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json" })).toBe(false);
    expect(parses({ tlogs: [{ ...own.tlogs[0], publicKey: { rawBytes: "AAAA" } }] })).toBe(false);
  });

  it("is JSON, of a size that a root has", () => {
    expect(parseSigstoreRoot(PUBLIC_GOOD.rootJson).ok).toBe(true);
    expect(parseSigstoreRoot(PUBLIC_GOOD.rootJson.slice(1)).ok).toBe(false);
    expect(parseSigstoreRoot("null").ok).toBe(false);
    expect(parseSigstoreRoot(`${PUBLIC_GOOD.rootJson}${" ".repeat(1024 * 1024)}`).ok).toBe(false);
  });
});
