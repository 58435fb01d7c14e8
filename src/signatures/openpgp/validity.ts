import type { SignatureCode } from "../verdict.ts";
import type { KeyFacts, Revocation, Statement, Subject } from "./certificate.ts";

export interface KeyProblem {
  readonly code: Extract<SignatureCode, `KEY_${string}`>;
  readonly message: string;
}

/** The two times a key must be good at: when the signature says it was made, and when it is judged. */
export interface Times {
  readonly signedAt: number;
  readonly now: number;
}

/**
 * Why `key`, which belongs to `primary` (or is it), may not vouch for data signed at `signedAt`, or undefined if it may.
 *
 * What the owner said last, as of `now`, governs the whole life of the key (RFC 9580 section 5.2.3.10),
 * so a key that was extended is good for what it signed before; and a key that has expired or was
 * revoked by `now` lets nothing in, whenever that was signed. gpg judges alike (`%G?` `Y`, `R`); on top
 * of it, the time claimed must lie inside the key's life. A subkey is never better than its primary key.
 */
export function judgeKey(primary: KeyFacts, key: KeyFacts, times: Times): KeyProblem | undefined {
  const problem = judgeLife(primary, times) ?? (key === primary ? undefined : judgeLife(key, times));
  if (problem !== undefined || maySign(key, times.now)) return problem;
  return { code: "KEY_NOT_FOR_SIGNING", message: `the flags of ${key.fingerprint} do not allow signing` };
}

function judgeLife(
  { fingerprint, createdAt, subjects, revocations }: KeyFacts,
  times: Times,
): KeyProblem | undefined {
  const { signedAt, now } = times;
  const refuse = (code: KeyProblem["code"], what: string): KeyProblem => ({
    code,
    message: `the key ${fingerprint} ${what}`,
  });
  if (revocations.some((revocation) => isInForce(revocation, now)))
    return refuse("KEY_REVOKED", "is revoked");
  const governing = governingStatements(subjects, now);
  if (governing.length === 0) {
    const revoked = subjects.some((subject) => subject.revocations.some((each) => isInForce(each, now)));
    if (revoked) return refuse("KEY_REVOKED", "has no user id that is not revoked");
    return refuse("KEY_INVALID", "has no self-signature that is valid and strong enough");
  }
  if (createdAt > signedAt || createdAt > now)
    return refuse("KEY_NOT_YET_VALID", "is newer than the signature");
  const expiresAt = Math.min(...governing.map((statement) => statement.keyExpiresAt));
  if (now >= expiresAt) return refuse("KEY_EXPIRED", `expired ${new Date(expiresAt).toISOString()}`);
  if (signedAt >= expiresAt) return refuse("KEY_EXPIRED", "had expired when it signed");
  return undefined;
}

/** The newest statement on each subject that stands at `now`. */
function governingStatements(subjects: readonly Subject[], now: number): Statement[] {
  return subjects.flatMap(({ statements, revocations }) => {
    const standing = statements.filter(({ createdAt, expiresAt }) => createdAt <= now && now < expiresAt);
    const newest = newestOf(standing);
    if (newest === undefined) return [];
    // A user id that is certified anew after its revocation stands again.
    const revoked = revocations.some((each) => isInForce(each, now) && each.createdAt >= newest.createdAt);
    return revoked ? [] : [newest];
  });
}

/** The newest statement that has key flags decides; a primary key without any does what its algorithm can. */
function maySign({ subjects }: KeyFacts, now: number): boolean {
  const flagged = governingStatements(subjects, now).filter((statement) => statement.maySign !== undefined);
  return newestOf(flagged)?.maySign ?? true;
}

function newestOf(statements: readonly Statement[]): Statement | undefined {
  return statements.reduce<Statement | undefined>(
    (newest, statement) =>
      newest === undefined || statement.createdAt > newest.createdAt ? statement : newest,
    undefined,
  );
}

function isInForce({ createdAt, hard }: Revocation, now: number): boolean {
  return hard || createdAt <= now;
}
