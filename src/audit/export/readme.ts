import type { Checkpoint } from "../tlog/checkpoint.ts";

/** How to check an export with tools that are not ours. The commands here are run by the tests. */
export function readme({ origin, size }: Checkpoint): string {
  return `Audit log ${origin}, ${size} entries
${"=".repeat(`Audit log ${origin}, ${size} entries`.length)}

The log records what a gate decided about changes to a Kubernetes cluster, and what became of them.

  checkpoint                 the signed tree head (https://c2sp.org/tlog-checkpoint)
  log.vkey, log.pem          the log's Ed25519 key, as a verifier key (https://c2sp.org/signed-note) and as PEM
  entries/*.intoto.jsonl     the entries, byte for byte: DSSE envelopes over in-toto Statements
  entries/*.sigstore.json    the same, as cosign reads them
  entries/*.tlog-proof       that the entry is under the checkpoint (https://c2sp.org/tlog-proof)
  evidence/sha256/*          all that a decision rests on, named by its SHA-256

First of all: compare log.pem with the key that you were given when the log was set up. A key that comes with
the data it signs proves nothing.

1. An entry was signed by the log. With cosign 3, and no network:

     cosign verify-blob-attestation --key log.pem --insecure-ignore-tlog \\
       --bundle entries/<name>.sigstore.json \\
       --type https://slsa.dev/verification_summary/v1 \\
       --digestAlg gitCommit --digest <commit>

   This prints "Verified OK" if the entry is about that commit. For the manifests that were rendered from it, give
   their SHA-256 with --digestAlg sha256; for an outcome, --type https://sluice.dev/outcome/v1. The "tlog" that is
   ignored here is Sigstore's public one; this log brings its own proof, in 2.

2. An entry is in the log. Its .tlog-proof holds the checkpoint and the Merkle audit path (RFC 6962). The leaf is
   the SHA-256 of a zero byte followed by the .intoto.jsonl file. Any implementation of these formats can check it.

3. The log was not rewritten. Keep the checkpoint, and hand it to "sluice audit verify --checkpoint" the next time:
   a log that is shorter, or has other entries at the beginning, is refused.

4. The evidence is what was recorded. In evidence/sha256, each file hashes to its name:

     for file in *; do echo "$file  $file"; done | sha256sum --check

   A decision names its evidence in its predicate, under "https://sluice.dev/decision/v1".

To read an entry:

     jq -r .payload entries/<name>.intoto.jsonl | base64 -d | jq
`;
}
