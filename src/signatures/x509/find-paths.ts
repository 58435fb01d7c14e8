import type { NonEmpty } from "../../refusal.ts";
import type { Certificate } from "./certificate.ts";

/** From the signer's certificate over any authorities between to a root; each is named as issuer by the one before. */
export type Path = readonly [signer: Certificate, ...authorities: NonEmpty<Certificate>];

/** The signer, six authorities and the root: longer chains are not in use. */
const MAX_PATH = 8;

/** Cross-certificates can multiply paths; nobody needs more than a few. */
const MAX_PATHS = 16;

/** Certificates looked at altogether, so that a maze costs no more than a chain. */
const MAX_STEPS = 512;

/**
 * The paths that names and key identifiers allow, shortest first. Nothing is checked about them; the roots
 * are those given, wherever else the same certificates turned up.
 */
export function findPaths(
  signer: Certificate,
  between: readonly Certificate[],
  roots: readonly Certificate[],
): readonly Path[] {
  const found: Path[] = [];
  const open: (readonly [Certificate, ...Certificate[]])[] = [[signer]];
  for (let step = 0; step < MAX_STEPS && found.length < MAX_PATHS; step += 1) {
    const chain = open.shift();
    if (chain === undefined) break;
    const last = chain.at(-1) ?? signer;
    const [first, ...rest] = chain;
    for (const root of roots) if (mayHaveIssued(root, last)) found.push([first, ...nonEmpty(rest, root)]);
    if (chain.length + 1 >= MAX_PATH) continue;
    const next = between.filter(
      (each) => mayHaveIssued(each, last) && !holds(chain, each) && !holds(roots, each),
    );
    for (const each of next) open.push([...chain, each]);
  }
  return found;
}

/** RFC 5280 section 6.1: by name; and where both give a key identifier, by that too. */
function mayHaveIssued(issuer: Certificate, subject: Certificate): boolean {
  const { subjectKeyId } = issuer.extensions;
  const { authorityKeyId } = subject.extensions;
  if (!issuer.subject.raw.equals(subject.issuer.raw)) return false;
  return subjectKeyId === undefined || authorityKeyId === undefined || subjectKeyId.equals(authorityKeyId);
}

function holds(certificates: readonly Certificate[], { fingerprint }: Certificate): boolean {
  return certificates.some((each) => each.fingerprint === fingerprint);
}

function nonEmpty(rest: readonly Certificate[], root: Certificate): NonEmpty<Certificate> {
  const [first, ...others] = rest;
  return first === undefined ? [root] : [first, ...others, root];
}
