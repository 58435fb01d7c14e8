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
 * Why `key`, which belongs to `primary` or is it, may not vouch for data signed at `signedAt`; undefined if
 * it may.
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

/** The same of a key that signed once: that the primary key has expired must not hide that either was revoked. */
export function judgeRecordedKey(primary: KeyFacts, key: KeyFacts, now: number): KeyProblem | undefined {
  const times = { signedAt: now, now };
  const problems = [primary, key].map((each) => judgeLife(each, times));
  return problems.find((each) => each?.code === "KEY_REVOKED") ?? judgeKey(primary, key, times);
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
  const standing = newestStatements(subjects, now);
  const governing = standing.filter(({ isRevoked }) => !isRevoked);
  if (standing.length === 0)
    return refuse("KEY_INVALID", "has no self-signature that is valid and strong enough");
  if (governing.length === 0) return refuse("KEY_REVOKED", "has no user id that is not revoked");
  if (createdAt > signedAt || createdAt > now)
    return refuse("KEY_NOT_YET_VALID", "is newer than the signature");
  const expiresAt = expiryOf(governing);
  if (now >= expiresAt) return refuse("KEY_EXPIRED", `expired ${new Date(expiresAt).toISOString()}`);
  if (signedAt >= expiresAt) return refuse("KEY_EXPIRED", "had expired when it signed");
  return undefined;
}

interface Standing {
  readonly subject: Subject;
  readonly statement: Statement;
  readonly isRevoked: boolean;
}

/** On each subject the newest statement that has not lapsed, and whether it was revoked since. */
function newestStatements(subjects: readonly Subject[], now: number): Standing[] {
  return subjects.flatMap((subject) => {
    const statement = newestOf(
      subject.statements.filter(({ createdAt, expiresAt }) => createdAt <= now && now < expiresAt),
    );
    if (statement === undefined) return [];
    // A user id that is certified anew after its revocation stands again.
    const isRevoked = subject.revocations.some(
      (each) => isInForce(each, now) && each.createdAt >= statement.createdAt,
    );
    return [{ subject, statement, isRevoked }];
  });
}

/**
 * When the key expires: as the newest statement with an end says, among those on the key and among those
 * on its user ids; the earlier one where these two differ. A user id that was left behind when the key was
 * extended does not count.
 */
function expiryOf(governing: readonly Standing[]): number {
  const endOf = (kind: Subject["kind"]): number => {
    const ending = governing.filter(
      ({ subject, statement }) => subject.kind === kind && Number.isFinite(statement.keyExpiresAt),
    );
    return newestOf(ending.map(({ statement }) => statement))?.keyExpiresAt ?? Number.POSITIVE_INFINITY;
  };
  return Math.min(endOf("key"), endOf("user id"));
}

/** The newest statement that has key flags decides; a primary key without any does what its algorithm can. */
function maySign({ subjects }: KeyFacts, now: number): boolean {
  const flagged = newestStatements(subjects, now)
    .filter(({ isRevoked, statement }) => !isRevoked && statement.maySign !== undefined)
    .map(({ statement }) => statement);
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
