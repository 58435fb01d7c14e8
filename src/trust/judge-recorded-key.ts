import type { NonEmpty } from "../refusal.ts";
import {
  isRevoked,
  judgeCertificates,
  judgeRecordedOpenpgpKey,
  type SignatureCode,
} from "../signatures/index.ts";
import { certifiedGrants, severalPeople, windowProblem } from "./judge-signature.ts";
import { type Grant, grantKey, type Trust } from "./trust.ts";

/** What a record of the past says of a signature that counted then. */
export interface RecordedKey {
  readonly scheme: string;
  readonly signer: string;
  readonly key: string;
  /** That made the key count and came with those, the signer's first; of X.509 in DER. */
  readonly certificates?: NonEmpty<Uint8Array>;
}

/**
 * What a trust makes of that key now:
 *
 * - `counts`: who has it may sign.
 * - `lapsed`: it was revoked, has expired, or was taken out.
 * - `unknown`: nobody can tell: the revocation lists that were given are out of date, or the record was made when
 *   certificates were not kept, or has one that cannot be read.
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
      return judgeGrants(recorded, grantsOf(identityOf(recorded, trust), recorded, trust), now);
    default:
      return judgeCertified("x509", recorded, trust, now);
  }
}

function judgeSsh(recorded: RecordedKey, trust: Trust, now: number): KeyStanding {
  const { key } = recorded;
  const { keys, revoked } = trust.keyring.ssh;
  const known = keys.get(key);
  // Of a key that is not named any more there is the fingerprint alone, and no other hash to look for.
  if (revoked.some((list) => (known === undefined ? list.fingerprints.has(key) : isRevoked(list, known))))
    return lapsed("KEY_REVOKED", "the key is revoked");
  // The same key may have signed without its certificate, and be trusted as it is.
  if (recorded.certificates !== undefined || known === undefined)
    return judgeCertified("ssh", recorded, trust, now);
  return judgeGrants(recorded, grantsOf(key, recorded, trust), now);
}

/** Codes that say nothing of whether a recorded certificate counts. */
const UNTOLD: ReadonlySet<SignatureCode> = new Set(["REVOCATION_UNKNOWN", "MALFORMED_SIGNATURE"]);

function judgeCertified(
  scheme: "ssh" | "x509",
  recorded: RecordedKey,
  trust: Trust,
  now: number,
): KeyStanding {
  const { certificates } = recorded;
  if (!hasAuthority(scheme, trust)) return removed(recorded);
  if (certificates === undefined) return { state: "unknown", message: "the record has no certificate" };
  const certified = judgeCertificates(scheme, certificates, trust.keyring, now);
  if ("code" in certified) {
    const { code, message } = certified;
    return UNTOLD.has(code) ? { state: "unknown", message } : lapsed(code, message);
  }
  const grants = certifiedGrants(scheme, certified, trust);
  const several = severalPeople({ certified }, grants, trust);
  return several === undefined ? judgeGrants(recorded, grants, now) : lapsed(several.code, several.message);
}

function judgeOpenpgp(recorded: RecordedKey, trust: Trust, now: number): KeyStanding {
  const candidate = [...trust.keyring.openpgp.values()]
    .flat()
    .find(({ component }) => component.fingerprint === recorded.key);
  if (candidate === undefined) return removed(recorded);
  const { primary } = candidate.certificate;
  const problem = judgeRecordedOpenpgpKey(primary, candidate.component, now);
  if (problem !== undefined) return lapsed(problem.code, problem.message);
  return judgeGrants(recorded, grantsOf(primary.fingerprint, recorded, trust), now);
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

function grantsOf(trusted: string, { scheme }: RecordedKey, trust: Trust): readonly Grant[] {
  return trust.grants.get(`${scheme} ${trusted}`) ?? [];
}

function judgeGrants(recorded: RecordedKey, grants: readonly Grant[], now: number): KeyStanding {
  const own = grants.filter(({ signer }) => signer === recorded.signer);
  const problems = own.map((grant) => windowProblem(grant, [now]));
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

function lapsed(code: SignatureCode, message: string): KeyStanding {
  return { state: "lapsed", code, message };
}
