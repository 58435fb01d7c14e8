import { describe, expect, it } from "vitest";
import { signSsh, toSshKeyLine } from "../../src/signatures/index.ts";
import { parseCertificate } from "../../src/signatures/x509/certificate.ts";
import { TAG } from "../../src/signatures/x509/der.ts";
import {
  NO_AUTHORITIES,
  principalKey,
  sigstoreKey,
  sshAuthority,
  x509Authority,
  x509Key,
} from "../integration/commits/authorities.ts";
import { judgeObject } from "../integration/commits/judge.ts";
import { addSignature, commitObject, ed25519 } from "../integration/commits/objects.ts";
import { assemble, PrivateSigstore, WHO } from "../integration/gitsign/private-sigstore.ts";
import { showCertificate, signCertified } from "../integration/ssh/authority.ts";
import { blobOf, encodeCertificate } from "../integration/ssh/certificate-blob.ts";
import { alternativeNames, authority, type Issued, issue } from "../integration/x509/builder/certificate.ts";
import { signCms, signerInfo } from "../integration/x509/builder/cms.ts";
import { der } from "../integration/x509/builder/der.ts";
import { ecdsa } from "../integration/x509/builder/keys.ts";

const commit = commitObject();

/** A certificate that names Alice, shown by somebody who is not her, or made by nobody who may. */
describe("an X.509 certificate", () => {
  const extensions = [alternativeNames(["email", "alice@bank.example"])];
  const bank = authority(undefined, { name: "bank" });
  const alice = issue(bank, { extensions });
  const authorities = { ...NO_AUTHORITIES, x509: [x509Authority("bank-ca", [bank])] };

  const judge = (signer: Issued, issuer: Issued, certificates?: readonly Uint8Array[]) =>
    judgeObject(
      addSignature(commit, signCms(commit, signer, issuer, { ...(certificates && { certificates }) })),
      { keys: [x509Key("alice@bank.example")], policy: { authorities } },
    );

  it("counts for whoever has its key", async () => {
    expect(await judge(alice, bank)).toBe("verified by alice");
    expect(await judge({ ...alice, key: ecdsa() }, bank)).toBe("BAD_SIGNATURE");
  });

  it("counts where the authority made it, not one that has its name", async () => {
    const twin = authority(undefined, { name: "bank" });
    const forged = issue(twin, { extensions });
    expect(await judge(forged, twin)).toBe("CERTIFICATE_UNTRUSTED");
    expect(await judge(forged, twin, [forged.certificate, twin.certificate, bank.certificate])).toBe(
      "CERTIFICATE_UNTRUSTED",
    );
  });

  it("is not one of an authority because its holder has one", async () => {
    const forged = issue(alice, { name: "mallory", extensions });
    expect(await judge(forged, alice, [forged.certificate, alice.certificate])).toBe("KEY_NOT_FOR_SIGNING");
  });
});

describe("an SSH certificate", () => {
  const [key, mallory, fleet] = [ed25519(), ed25519(), ed25519()];
  const authorities = {
    ...NO_AUTHORITIES,
    sshCertificates: [sshAuthority("fleet", toSshKeyLine(fleet))],
  };
  const judge = (armored: string) =>
    judgeObject(addSignature(commit, armored), {
      keys: [principalKey("alice")],
      policy: { authorities },
    });
  const certificate = encodeCertificate(key, fleet);

  it("counts for whoever has its key", async () => {
    expect(await judge(signCertified(key, certificate, commit))).toBe("verified by alice");
    expect(await judge(showCertificate(signSsh(commit, mallory), certificate))).toBe("BAD_SIGNATURE");
  });

  it("counts where the authority made it, not one that says so", async () => {
    const own = encodeCertificate(mallory, mallory);
    expect(await judge(signCertified(mallory, own, commit))).toBe("UNKNOWN_AUTHORITY");
    const claiming = encodeCertificate(mallory, mallory, { authorityBlob: blobOf(fleet) });
    expect(await judge(signCertified(mallory, claiming, commit))).toBe("CERTIFICATE_INVALID");
  });
});

describe("a certificate of Fulcio", async () => {
  const sigstore = new PrivateSigstore();
  const text = await sigstore.rootJson();
  const authorities = { ...NO_AUTHORITIES, sigstore: { origin: "trusted_root.json", text } };
  const judge = (armored: string) =>
    judgeObject(addSignature(commit, armored), {
      keys: [sigstoreKey(WHO)],
      policy: { authorities },
      now: sigstore.now,
    });

  it("counts for whoever has its key, even where the log took a forgery in", async () => {
    const { certificate, ...genuine } = await sigstore.signApart(commit);
    expect(await judge(assemble({ certificate, ...genuine }))).toBe("verified by alice");
    const { issuer, subject, serialNumber } = parseCertificate(certificate);
    const impostor = {
      certificate,
      key: ecdsa(),
      name: subject.raw,
      serialNumber: der(TAG.integer, serialNumber),
    };
    const signer = signerInfo(commit, impostor, { name: issuer.raw }, { signingTime: sigstore.now });
    const entry = await sigstore.log(certificate, signer, sigstore.now);
    expect(await judge(assemble({ certificate, signer, hash: "sha256", entry }))).toBe("BAD_SIGNATURE");
  });

  it("counts in its own Sigstore", async () => {
    expect(await judge(await new PrivateSigstore().sign(commit))).toBe("CERTIFICATE_UNTRUSTED");
  });
});
