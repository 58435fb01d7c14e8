import type { ArtifactVerdict } from "../artifacts/index.ts";
import type { PolicyInput } from "../policy/index.ts";
import type { Manifests } from "../render/index.ts";
import type { CommitRecord } from "../trust/index.ts";
import type { Verified } from "../verified.ts";
import type { ChangeSource } from "./decision.ts";
import { redact } from "./redact.ts";

interface PolicyEvidence {
  readonly gate: { readonly namespace: string; readonly name: string };
  readonly at: number;
  readonly source: ChangeSource;
  readonly commits: readonly CommitRecord[];
  readonly artifacts: ArtifactVerdict;
  readonly manifests: Verified<Manifests>;
}

/** What policies are shown: everything the stages before established, and of Secrets no value. */
export function toPolicyInput(evidence: PolicyEvidence): PolicyInput {
  const { gate, at, source, commits, artifacts, manifests } = evidence;
  return {
    gate: { namespace: gate.namespace, name: gate.name },
    time: new Date(at).toISOString(),
    source: {
      url: source.url,
      ref: source.ref,
      revision: source.head,
      base: source.base ?? null,
      commits: commits.map(toCommitInput),
      changedPaths: [...source.changedPaths],
    },
    images: Object.fromEntries(
      artifacts.images.map(({ reference, digest, signatures }) => [
        reference, // as the objects have it, pinned
        {
          reference,
          digest,
          signatures: signatures.map(({ key, layout, origin, identity }) => ({
            key,
            layout,
            origin,
            identity,
          })),
          attestations: [],
        },
      ]),
    ),
    imageNotices: artifacts.notices.map(({ object, path, value }) => ({ object, path, value })),
    objects: manifests.objects.map(redact) as PolicyInput["objects"],
  };
}

function toCommitInput(commit: CommitRecord): PolicyInput["source"]["commits"][number] {
  const { oid, verdict, scheme, signer, roles, key, code, author, committer, summary, approvals } = commit;
  return {
    oid,
    verdict,
    scheme,
    signer,
    roles: [...roles],
    key,
    code,
    author: author && { name: author.name, email: author.email, at: new Date(author.at).toISOString() },
    committer: committer && {
      name: committer.name,
      email: committer.email,
      at: new Date(committer.at).toISOString(),
    },
    summary,
    approvals: approvals.flatMap(({ signer, via, oid, ref, key, roles, byAuthor, code }) =>
      signer === null || code !== null ? [] : [{ signer, via, oid, ref, key, roles: [...roles], byAuthor }],
    ),
  };
}
