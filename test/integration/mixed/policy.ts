import { readFileSync } from "node:fs";
import type { MixedRepository } from "./repository.ts";

/** A TrustPolicy for the same people as the files name, each of them a signer. */
export function trustPolicy({ files, fleet, gitsign, gpgKey, line }: MixedRepository): object {
  const { identity, issuer } = gitsign.alice;
  const signer = (name: string, key: object) => ({ name, roles: ["developer"], keys: [key] });
  return {
    apiVersion: "sluice.dev/v1",
    kind: "TrustPolicy",
    metadata: { name: "mixed" },
    spec: {
      signers: [
        signer("ssh-good", { ssh: line("ssh-good") }),
        signer("ssh-expired", { ssh: line("ssh-expired"), validBefore: "2026-01-01" }),
        signer("ssh-revoked", { ssh: line("ssh-revoked") }),
        ...["gpg-good", "gpg-expired", "gpg-revoked"].map((name) =>
          signer(name, { openpgp: { armored: gpgKey(name) } }),
        ),
        signer("carol", { sshCertificate: { authority: "fleet", principal: "carol" } }),
        ...["good", "expired", "revoked"].map((name) =>
          signer(`x509-${name}`, { x509: { authority: "bank-ca", email: `${name}@bank.example` } }),
        ),
        signer("gitsign", { sigstore: { identity, issuer } }),
      ],
      authorities: {
        x509: [
          { name: "bank-ca", roots: { file: files.x509Roots }, revocationLists: [{ file: files.x509Crls }] },
        ],
        sshCertificates: [{ name: "fleet", key: fleet }],
        sigstore: { trustedRoot: { json: readFileSync(files.trustedRoot, "utf8") } },
      },
      revoked: { sshKeys: [{ file: files.revokedKeys }] },
      history: { start: "root" },
      commits: [{ paths: ["**"], signedBy: { role: "developer" } }],
    },
  };
}
