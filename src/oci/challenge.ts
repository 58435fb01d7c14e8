import { MAX_CHALLENGE_CHARACTERS } from "./limits.ts";

/** One challenge of a `WWW-Authenticate` header (RFC 9110, 11.6.1): scheme and parameter names in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const SCHEME = /[\s,]*([A-Za-z][A-Za-z0-9-]*)(?=\s|,|$)/y;
const PARAMETER = /[\s,]*([A-Za-z][A-Za-z0-9_-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/y;

/** The challenges up to the first thing that is not one; a header over the limit holds none. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  if (header.length > MAX_CHALLENGE_CHARACTERS) return challenges;
  let position = 0;
  const next = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const match = pattern.exec(header);
    if (match !== null) position = pattern.lastIndex;
    return match;
  };
  for (let scheme = next(SCHEME); scheme !== null; scheme = next(SCHEME)) {
    const parameters = new Map<string, string>();
    for (let pair = next(PARAMETER); pair !== null; pair = next(PARAMETER)) {
      const [, name = "", quoted, token = ""] = pair;
      parameters.set(name.toLowerCase(), quoted?.replaceAll(/\\(.)/g, "$1") ?? token);
    }
    challenges.push({ scheme: (scheme[1] ?? "").toLowerCase(), parameters });
  }
  return challenges;
}
