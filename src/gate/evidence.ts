import { canonicalJson } from "../render/index.ts";
import { CertificateTable } from "./certificate-table.ts";
import { changeIdOf } from "./change.ts";
import type { Decision } from "./decision.ts";

export const EVIDENCE_TYPE = "https://sluice.dev/evidence/v1";

/**
 * Everything a decision rests on, as canonical JSON (RFC 8785): each commit (and the tag) with its signer or its code, each
 * image with the signatures that count, each policy finding; the certificates that made signatures count are there
 * with their bytes. Objects are named, and their content is held by one digest over all: a Secret's value is in no
 * evidence.
 */
export function toEvidence(decision: Decision): Uint8Array {
  const { gate, at, source, trust, policies, commits, tag, reset, submodules, images, findings, verdict } =
    decision;
  const table = new CertificateTable();
  const nameInCommit = table.nameInCommit.bind(table);
  const evidence = {
    _type: EVIDENCE_TYPE,
    change: changeIdOf(decision),
    gate,
    decidedAt: new Date(at).toISOString(),
    source,
    trust,
    policies,
    commits: commits.map(nameInCommit),
    tag: tag && table.nameIn(tag),
    reset: reset && {
      from: reset.from,
      entry: reset.entry,
      to: reset.to ?? null,
      tags: reset.records.map((each) => table.nameIn(each)),
    },
    submodules: submodules?.map((each) => ({ ...each, commits: each.commits.map(nameInCommit) })),
    certificates: table.toJson(),
    images,
    findings,
    verdict,
    ...(decision.verdict === "deny"
      ? { reasons: decision.reasons }
      : {
          manifests: {
            digest: decision.manifests.digest,
            objects: decision.manifests.objects.map(({ apiVersion, kind, metadata }) => ({
              apiVersion,
              kind,
              namespace: metadata.namespace,
              name: metadata.name,
            })),
          },
        }),
  };
  // Through JSON once: an absent optional field is left out, as canonical JSON has no undefined.
  return Buffer.from(canonicalJson(JSON.parse(JSON.stringify(evidence))));
}
