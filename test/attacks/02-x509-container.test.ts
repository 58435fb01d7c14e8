import { describe, expect, it } from "vitest";
import { contextTag } from "../../src/signatures/x509/der.ts";
import { authority, issue, subjectKeyId } from "../integration/x509/builder/certificate.ts";
import { armor, container, signerInfo } from "../integration/x509/builder/cms.ts";
import { der, sequence } from "../integration/x509/builder/der.ts";
import { codeOf, judge, PAYLOAD } from "../integration/x509/judge.ts";

const root = authority(undefined);
const keyId = Buffer.of(0x0a);
const alice = issue(root, { extensions: [subjectKeyId(keyId)] });
const eve = issue(root, { name: "eve", extensions: [subjectKeyId(Buffer.of(0x0e))] });
const stranger = authority(undefined, { name: "stranger" });
const mallory = issue(stranger, { name: "mallory" });

const byAlice = signerInfo(PAYLOAD, alice, root);
const byMallory = signerInfo(PAYLOAD, mallory, stranger);
const judging = { roots: [root] };

const code = (certificates: readonly Buffer[], ...signers: readonly Buffer[]): string =>
  codeOf(armor(container({ certificates, signers })), judging);

/** A container from which a verifier may pick the certificate, or the signer, that suits the attacker. */
describe("a CMS container", () => {
  it("with its signer's certificate is read, wherever it stands", () => {
    expect(code([alice.certificate], byAlice)).toBe("good");
    expect(code([eve.certificate, alice.certificate, root.certificate], byAlice)).toBe("good");
    expect(code([alice.certificate, alice.certificate], byAlice)).toBe("good");
  });

  it("without it is refused, whatever others there are", () => {
    expect(code([], byAlice)).toBe("CERTIFICATE_MISSING");
    expect(code([eve.certificate, root.certificate], byAlice)).toBe("CERTIFICATE_MISSING");
  });

  it("with no signer, or several, is refused, even where all are genuine", () => {
    const certificates = [alice.certificate, mallory.certificate];
    expect(code(certificates)).toBe("MALFORMED_SIGNATURE");
    expect(code(certificates, byAlice, byAlice)).toBe("MALFORMED_SIGNATURE");
    expect(code(certificates, byAlice, byMallory)).toBe("MALFORMED_SIGNATURE");
    expect(code(certificates, byMallory, byAlice)).toBe("MALFORMED_SIGNATURE");
  });

  it("does not make a stranger's signature good with a trusted certificate beside it", () => {
    expect(code([alice.certificate, mallory.certificate], byMallory)).toBe("CERTIFICATE_UNTRUSTED");
    expect(
      code([alice.certificate, root.certificate, mallory.certificate, stranger.certificate], byMallory),
    ).toBe("CERTIFICATE_UNTRUSTED");
  });

  it("does not make one person's signature another's", () => {
    const id = { version: 1, value: sequence(root.name, eve.serialNumber) };
    const renamed = signerInfo(PAYLOAD, alice, root, { id });
    expect(code([alice.certificate, eve.certificate], renamed)).toBe("BAD_SIGNATURE");
    const honest = judge(
      armor(container({ certificates: [eve.certificate, alice.certificate], signers: [byAlice] })),
      judging,
    );
    expect(honest).toMatchObject({ ok: true, signer: { subject: "CN=alice" } });
  });

  it("names its signer by key identifier no more loosely", () => {
    const byKeyId = (id: Buffer) =>
      signerInfo(PAYLOAD, alice, root, { id: { version: 3, value: der(contextTag(0, "primitive"), id) } });
    const twin = issue(root, { name: "twin", key: alice.key, extensions: [subjectKeyId(keyId)] });
    expect(code([alice.certificate, eve.certificate], byKeyId(keyId))).toBe("good");
    expect(code([alice.certificate, eve.certificate], byKeyId(Buffer.of(0x0e)))).toBe("BAD_SIGNATURE");
    expect(code([alice.certificate], byKeyId(Buffer.of(0x0f)))).toBe("CERTIFICATE_MISSING");
    expect(code([alice.certificate, twin.certificate], byKeyId(keyId))).toBe("MALFORMED_SIGNATURE");
  });
});
