import type { AllowedLine } from "./allowed-line.ts";
import type { AllowedAuthority, AllowedSigner, AllowedSigners, SkippedSigner } from "./allowed-signers.ts";
import { matchesPatternList } from "./pattern-list.ts";

/** A line as it stands among the others of its file. */
export type PlacedLine = AllowedLine & { readonly line: number };

/** Lines of one key that grant nothing. Nobody writes so many, and each is compared with all that follow. */
const MAX_HIDING = 64;

/**
 * What each line grants to git, after those before it.
 *
 * git has ssh-keygen name the principals of a signature's key, which it takes from the first line with that key
 * whatever namespaces that is for, and has it verify for these principals alone. So a line that grants nothing
 * hides those after it that name other people, and so does one of an authority for whom it excludes: here at all
 * times, for git while its own window is open.
 */
export function grantLines(lines: readonly PlacedLine[]): AllowedSigners {
  const signers: AllowedSigner[] = [];
  const authorities: AllowedAuthority[] = [];
  const skipped: SkippedSigner[] = [];
  const hiders = new Map<string, PlacedLine[]>();
  for (const entry of lines) {
    const { principals, key, isAuthority, validAfter, validBefore, line } = entry;
    const subject = `${isAuthority} ${key.fingerprint}`;
    const hiding = hiders.get(subject) ?? [];
    const reason = uselessness(entry);
    if (reason !== undefined || (isAuthority && mayExclude(principals)))
      hiders.set(subject, [...hiding, entry].slice(0, MAX_HIDING));
    const skip = reason ?? hiddenness(entry, hiding);
    const granted = { key, validAfter, validBefore, line };
    if (skip !== undefined) skipped.push({ line, reason: skip });
    else if (isAuthority)
      authorities.push({ principals, hiddenBy: hiding.map((each) => each.principals), ...granted });
    else
      signers.push({
        principal: principalOf((hiding[0] ?? entry).principals, principals) ?? principals,
        ...granted,
      });
  }
  return { signers, authorities, skipped };
}

/** Whom a line excludes, `find-principals` names all the same, and `verify` then refuses. */
function mayExclude(principals: string): boolean {
  return principals.includes("!");
}

function uselessness({ principals, otherNamespaces, isAuthority }: PlacedLine): string | undefined {
  if (otherNamespaces !== undefined) return `the entry is for the namespaces ${otherNamespaces}, not for git`;
  if (isAuthority || principalOf(principals, principals) !== undefined) return undefined;
  return `the principals ${principals} match nobody`;
}

function hiddenness(
  { principals, isAuthority }: PlacedLine,
  hiding: readonly PlacedLine[],
): string | undefined {
  if (hiding.length === MAX_HIDING)
    return `${MAX_HIDING} entries before it have the same key and grant nothing`;
  // Whom of a certificate's principals a line hides depends on the certificate.
  if (isAuthority) return undefined;
  const hider = hiding.find((each) => principalOf(each.principals, principals) === undefined);
  return hider && `git stops at line ${hider.line}, which has the same key and grants it nothing`;
}

/** git asks for the patterns of the line that it found, one by one, as if they were names: the first that is let in. */
function principalOf(patterns: string, principals: string): string | undefined {
  return patterns.split(",").find((pattern) => matchesPatternList(pattern, principals));
}
