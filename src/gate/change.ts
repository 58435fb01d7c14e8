import { type Digest, sha256 } from "../digest.ts";
import { canonicalJson } from "../render/index.ts";
import type { Decision } from "./decision.ts";

/**
 * What makes two decisions the same one: the same gate, commit and output, judged the same way for the same
 * reasons under the same trust and policies. Time is not part of it, nor the length of the range, nor the words of a
 * reason (a policy may put the time in): a gate that looks again and finds nothing new has nothing new to record.
 */
export function changeIdOf(decision: Decision): Digest {
  const { gate, source, trust, policies, submodules, verdict } = decision;
  return sha256(
    canonicalJson({
      gate: `${gate.namespace}/${gate.name}`,
      source: [source.url, source.ref, source.head],
      trust: trust.digest,
      policies: policies.map(({ name, digest }) => [name, digest]),
      verdict,
      // Left out where there are none, so that an id stays what it was.
      ...(submodules !== undefined && {
        submodules: submodules.map((each) => [each.path, each.url, each.revision, each.trust.digest]),
      }),
      result:
        decision.verdict === "admit"
          ? decision.manifests.digest
          : decision.reasons.map(({ stage, code, subject }) => [stage, code, subject]),
    }),
  );
}
