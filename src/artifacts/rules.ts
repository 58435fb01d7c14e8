import type { ArtifactRuleMaterial } from "../api/index.ts";
import { formatRepository, parseRepository, type Repository } from "../oci/index.ts";
import { isNonEmpty, type NonEmpty } from "../refusal.ts";
import { ArtifactTrustError } from "./error.ts";
import { parseCosignKey, type TrustedKey } from "./key.ts";

/** Which repositories a rule is about. Text from a policy never becomes a regular expression. */
export type ImagePattern =
  | { readonly kind: "all" }
  | { readonly kind: "exact"; readonly name: string }
  /** Everything below; `prefix` ends in a slash. */
  | { readonly kind: "below"; readonly prefix: string };

/** One entry of `spec.artifacts`, its patterns and keys checked. */
export interface ArtifactRule {
  /** The field, for messages: `artifacts[0]`. */
  readonly origin: string;
  readonly patterns: NonEmpty<ImagePattern>;
  /** A signature by any of them satisfies the rule. */
  readonly keys: NonEmpty<TrustedKey>;
}

/** Throws ArtifactTrustError on the first pattern or key that cannot be used. */
export function compileArtifactRules(rules: readonly ArtifactRuleMaterial[]): readonly ArtifactRule[] {
  return rules.map(({ match, signedBy }, index) => {
    const origin = `artifacts[${index}]`;
    const patterns = match.map((text) => parsePattern(text, origin));
    const keys = signedBy.any.map(({ cosign }) => parseCosignKey(cosign));
    if (isNonEmpty(patterns) && isNonEmpty(keys)) return { origin, patterns, keys };
    throw new ArtifactTrustError("EMPTY_TRUST", `${origin}: needs at least one pattern and one key`, {
      remedy: "a rule that nobody can satisfy is better written by leaving it out",
    });
  });
}

/** Every rule that has a matching pattern. All of them must hold: a rule can only add to another one. */
export function rulesFor(rules: readonly ArtifactRule[], repository: Repository): readonly ArtifactRule[] {
  const name = formatRepository(repository);
  return rules.filter(({ patterns }) => patterns.some((pattern) => matches(pattern, name)));
}

function matches(pattern: ImagePattern, name: string): boolean {
  switch (pattern.kind) {
    case "all":
      return true;
    case "exact":
      return name === pattern.name;
    case "below":
      return name.startsWith(pattern.prefix);
  }
}

/** `**`, `registry/path`, `registry/**` or `registry/path/**`: with the registry, which is never implied. */
function parsePattern(text: string, origin: string): ImagePattern {
  if (text === "**") return { kind: "all" };
  const below = text.endsWith("/**");
  const base = below ? text.slice(0, -"/**".length) : text;
  // Two more parts, because Docker Hub reads one as `library/…`.
  if (below && isCanonical(`${base}/any/image`)) return { kind: "below", prefix: `${base}/` };
  if (!below && isCanonical(base)) return { kind: "exact", name: base };
  throw new ArtifactTrustError("INVALID_PATTERN", `${origin}: ${JSON.stringify(text)} matches no image`, {
    remedy:
      "write `registry/path`, `registry/**` or `registry/path/**`, with the registry in full and no tag",
  });
}

/** What names in full compare equal to: `nginx` is not, `docker.io/library/nginx` is. */
function isCanonical(name: string): boolean {
  const repository = parseRepository(name);
  return repository !== undefined && formatRepository(repository) === name;
}
