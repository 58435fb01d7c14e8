import { judgeOpenpgpKey, type SignatureCode } from "../signatures/index.ts";
import { windowProblem } from "./judge-signature.ts";
import { grantKey, type Trust } from "./trust.ts";

/** What a record of the past says of a signature that counted then. */
export interface RecordedKey {
  readonly scheme: string;
  readonly signer: string;
  readonly key: string;
}

/**
 * What a trust makes of that key now:
 *
 * - `counts`: who has it may sign.
 * - `lapsed`: it was revoked, has expired, or was taken out.
 * - `unknown`: a certificate, of which a record has the fingerprint alone: whether it was revoked, its bytes would say.
 */
export type KeyStanding =
  | { readonly state: "counts" }
  | { readonly state: "lapsed"; readonly code: SignatureCode; readonly message: string }
  | { readonly state: "unknown"; readonly message: string };

/** Pure: by the trust and the time that are given. */
export function judgeRecordedKey(recorded: RecordedKey, trust: Trust, now: number): KeyStanding {
  switch (recorded.scheme) {
    case "ssh":
      return judgeSsh(recorded, trust, now);
    case "openpgp":
      return judgeOpenpgp(recorded, trust, now);
    case "gitsign":
      return judgeGrant(recorded, identityOf(recorded, trust), trust, now);
    default:
      return hasAuthority("x509", trust) ? certificate() : removed(recorded);
  }
}

function judgeSsh(recorded: RecordedKey, trust: Trust, now: number): KeyStanding {
  const { key } = recorded;
  if (trust.keyring.ssh.revoked.some(({ fingerprints }) => fingerprints.has(key)))
    return lapsed("KEY_REVOKED", "the key is revoked");
  const known = trust.keyring.ssh.keys.get(key);
  if (known === undefined) return hasAuthority("ssh", trust) ? certificate() : removed(recorded);
  return judgeGrant(recorded, key, trust, now);
}

function judgeOpenpgp(recorded: RecordedKey, trust: Trust, now: number): KeyStanding {
  const candidate = [...trust.keyring.openpgp.values()]
    .flat()
    .find(({ component }) => component.fingerprint === recorded.key);
  if (candidate === undefined) return removed(recorded);
  const { primary } = candidate.certificate;
  const problem = judgeOpenpgpKey(primary, candidate.component, { signedAt: now, now });
  if (problem !== undefined) return lapsed(problem.code, problem.message);
  return judgeGrant(recorded, primary.fingerprint, trust, now);
}

/** Of gitsign a record has the identity as it is shown. */
function identityOf({ key }: RecordedKey, { grants }: Trust): string {
  const scheme = grantKey("gitsign", "");
  const identities = [...grants.keys()].filter((each) => each.startsWith(scheme));
  const shown = (text: string): string => {
    const [issuer, identity] = JSON.parse(text) as [string, string];
    return `${identity} (${issuer})`;
  };
  return identities.map((each) => each.slice(scheme.length)).find((each) => shown(each) === key) ?? key;
}

function judgeGrant(recorded: RecordedKey, trusted: string, trust: Trust, now: number): KeyStanding {
  const { scheme, signer } = recorded;
  const grants = (trust.grants.get(`${scheme} ${trusted}`) ?? []).filter((each) => each.signer === signer);
  const problems = grants.map((grant) => windowProblem(grant, [now]));
  if (problems.includes(undefined)) return { state: "counts" };
  const [problem] = problems;
  return problem === undefined ? removed(recorded) : lapsed(problem.code, problem.message);
}

function hasAuthority(scheme: "ssh" | "x509", { authorities }: Trust): boolean {
  return [...authorities.keys()].some((key) => key.startsWith(grantKey(scheme, "")));
}

function removed({ signer }: RecordedKey): KeyStanding {
  return lapsed("UNKNOWN_KEY", `the policy does not name this key for ${signer} any more`);
}

function certificate(): KeyStanding {
  return { state: "unknown", message: "the record has a certificate's fingerprint alone" };
}

function lapsed(code: SignatureCode, message: string): KeyStanding {
  return { state: "lapsed", code, message };
}
