import { expect, it } from "vitest";
import { signSsh, toSshKeyLine } from "../../src/signatures/index.ts";
import {
  NO_AUTHORITIES,
  principalKey,
  sshAuthority,
  x509Authority,
  x509Key,
} from "../integration/commits/authorities.ts";
import { judgeObject } from "../integration/commits/judge.ts";
import { addSignature, commitObject, ed25519 } from "../integration/commits/objects.ts";
import { showCertificate } from "../integration/ssh/authority.ts";
import { encodeCertificate } from "../integration/ssh/certificate-blob.ts";
import { alternativeNames, authority, issue } from "../integration/x509/builder/certificate.ts";
import { type CmsParts, signCms } from "../integration/x509/builder/cms.ts";
import { ecdsa } from "../integration/x509/builder/keys.ts";

const commit = commitObject();

it.each([
  ["git", "verified by alice"],
  ["file", "WRONG_NAMESPACE"],
  ["git@bank.example", "WRONG_NAMESPACE"],
  ["", "WRONG_NAMESPACE"],
])("a signature with an SSH certificate for %j", async (namespace, expected) => {
  const [key, fleet] = [ed25519(), ed25519()];
  const armored = showCertificate(signSsh(commit, key, namespace), encodeCertificate(key, fleet));
  const sshCertificates = [sshAuthority("fleet", toSshKeyLine(fleet))];
  const judging = {
    keys: [principalKey("alice")],
    policy: { authorities: { ...NO_AUTHORITIES, sshCertificates } },
  };
  expect(await judgeObject(addSignature(commit, armored), judging)).toBe(expected);
});

/** CMS has no namespace; what the signer says that they signed takes its place. */
it.each<[string, CmsParts, string]>([
  ["data over SHA-256", {}, "verified by alice"],
  ["an authenticode blob", { contentType: "1.3.6.1.4.1.311.2.1.4" }, "MALFORMED_SIGNATURE"],
  ["a timestamp", { contentType: "1.2.840.113549.1.9.16.1.4" }, "MALFORMED_SIGNATURE"],
  ["data over SHA-1", { hash: "sha1" }, "WEAK_ALGORITHM"],
  ["data over MD5", { hash: "md5" }, "WEAK_ALGORITHM"],
])("a CMS signature of %s", async (_, parts, expected) => {
  const bank = authority(undefined, { name: "bank" });
  const alice = issue(bank, {
    key: ecdsa(),
    extensions: [alternativeNames(["email", "alice@bank.example"])],
  });
  const judging = {
    keys: [x509Key("alice@bank.example")],
    policy: { authorities: { ...NO_AUTHORITIES, x509: [x509Authority("bank-ca", [bank])] } },
  };
  const signed = addSignature(commit, signCms(commit, alice, bank, parts));
  expect(await judgeObject(signed, judging)).toBe(expected);
});
