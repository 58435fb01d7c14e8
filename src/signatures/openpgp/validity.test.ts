import { describe, expect, it } from "vitest";
import type { KeyFacts, Revocation, Statement } from "./certificate.ts";
import { judgeKey, judgeRecordedKey } from "./validity.ts";

/** Times in these tests are small numbers; a key is made at 100, signs at 200 and is judged at 300. */
const TIMES = { signedAt: 200, now: 300 };

function statement(parts: Partial<Statement> = {}): Statement {
  const never = Number.POSITIVE_INFINITY;
  return { createdAt: 100, expiresAt: never, keyExpiresAt: never, maySign: true, ...parts };
}

interface Parts {
  readonly createdAt?: number;
  readonly statements?: readonly Statement[];
  readonly revocations?: readonly Revocation[];
  readonly ofUserId?: readonly Revocation[];
}

function key({
  createdAt = 100,
  statements = [statement()],
  revocations = [],
  ofUserId = [],
}: Parts = {}): KeyFacts {
  return {
    fingerprint: "F",
    createdAt,
    revocations,
    subjects: [{ kind: "user id", id: "a", statements, revocations: ofUserId }],
  };
}

function judge(facts: KeyFacts, times = TIMES, subkey: KeyFacts = facts): string {
  return judgeKey(facts, subkey, times)?.code ?? "good";
}

describe("the life of a key", () => {
  it.each([
    ["signed in its first second", key({ createdAt: 200 }), "good"],
    ["signed before it was made", key({ createdAt: 201 }), "KEY_NOT_YET_VALID"],
    ["judged in its last second", key({ statements: [statement({ keyExpiresAt: 301 })] }), "good"],
    ["judged when it has expired", key({ statements: [statement({ keyExpiresAt: 300 })] }), "KEY_EXPIRED"],
    ["without a self-signature", key({ statements: [] }), "KEY_INVALID"],
    ["with one to come", key({ statements: [statement({ createdAt: 301 })] }), "KEY_INVALID"],
    ["with one that has lapsed", key({ statements: [statement({ expiresAt: 300 })] }), "KEY_INVALID"],
    ["that may not sign", key({ statements: [statement({ maySign: false })] }), "KEY_NOT_FOR_SIGNING"],
    ["that does not say what it may", key({ statements: [statement({ maySign: undefined })] }), "good"],
  ])("%s", (_, facts, expected) => {
    expect(judge(facts)).toBe(expected);
  });

  it("a key that had expired when it signed is refused though the clock that judges is behind", () => {
    const facts = key({ statements: [statement({ keyExpiresAt: 250 })] });
    expect(judge(facts, { signedAt: 249, now: 249 })).toBe("good");
    expect(judge(facts, { signedAt: 250, now: 249 })).toBe("KEY_EXPIRED");
  });
});

describe("the owner's last word governs", () => {
  const first = statement({ keyExpiresAt: 150 });

  it("so a key that was extended is good for what it signed in between", () => {
    expect(judge(key({ statements: [first] }))).toBe("KEY_EXPIRED");
    expect(judge(key({ statements: [first, statement({ createdAt: 250 })] }))).toBe("good");
  });

  it("so a key that was cut short is not", () => {
    expect(judge(key({ statements: [statement(), statement({ createdAt: 250, keyExpiresAt: 260 })] }))).toBe(
      "KEY_EXPIRED",
    );
    expect(judge(key({ statements: [statement({ createdAt: 250 }), first] }))).toBe("good");
  });

  it("so flags can be taken away", () => {
    const taken = statement({ createdAt: 250, maySign: false });
    expect(judge(key({ statements: [statement(), taken] }))).toBe("KEY_NOT_FOR_SIGNING");
    expect(judge(key({ statements: [statement(), taken] }), { signedAt: 200, now: 249 })).toBe("good");
  });

  it("on whichever user id it was said; one that was left behind does not count", () => {
    const facts = key({ statements: [statement({ createdAt: 120, keyExpiresAt: 400 })] });
    const other = { kind: "user id", id: "b", revocations: [] } as const;
    const left = { ...other, statements: [first] };
    expect(judge({ ...facts, subjects: [...facts.subjects, left] })).toBe("good");
    const newer = { ...other, statements: [statement({ createdAt: 121, keyExpiresAt: 150 })] };
    expect(judge({ ...facts, subjects: [...facts.subjects, newer] })).toBe("KEY_EXPIRED");
    const endless = { ...other, statements: [statement({ createdAt: 121 })] };
    expect(judge({ ...facts, subjects: [left, endless] })).toBe("KEY_EXPIRED");
  });

  it("and what it says of the key ends it as well as what it says on a user id", () => {
    const onKey = { kind: "key", id: "", statements: [first], revocations: [] } as const;
    const extended = key({ statements: [statement({ createdAt: 250, keyExpiresAt: 400 })] });
    expect(judge(extended)).toBe("good");
    expect(judge({ ...extended, subjects: [...extended.subjects, onKey] })).toBe("KEY_EXPIRED");
  });

  it("and not on a user id that is revoked", () => {
    const revoked = {
      kind: "user id",
      id: "b",
      statements: [first],
      revocations: [{ createdAt: 260, hard: false }],
    } as const;
    const facts = key();
    expect(judge({ ...facts, subjects: [...facts.subjects, revoked] })).toBe("good");
    expect(judge({ ...facts, subjects: [revoked] })).toBe("KEY_REVOKED");
    expect(judge({ ...facts, subjects: [{ ...revoked, statements: [] }] })).toBe("KEY_INVALID");
  });
});

describe("revocation", () => {
  it.each([
    ["hard, made before", { createdAt: 250, hard: true }, "KEY_REVOKED"],
    ["hard, made after", { createdAt: 400, hard: true }, "KEY_REVOKED"],
    ["soft, made before", { createdAt: 300, hard: false }, "KEY_REVOKED"],
    ["soft, made after", { createdAt: 301, hard: false }, "good"],
  ])("%s the moment of judging", (_, revocation, expected) => {
    expect(judge(key({ revocations: [revocation] }))).toBe(expected);
  });

  it("of the only user id leaves nobody, until it is certified anew", () => {
    const ofUserId = [{ createdAt: 200, hard: false }];
    expect(judge(key({ ofUserId }))).toBe("KEY_REVOKED");
    expect(judge(key({ ofUserId, statements: [statement({ createdAt: 201 })] }))).toBe("good");
    expect(judge(key({ ofUserId, statements: [statement({ createdAt: 200 })] }))).toBe("KEY_REVOKED");
  });
});

describe("a subkey", () => {
  const expired = key({ statements: [statement({ keyExpiresAt: 300 })] });
  const revoked = key({ revocations: [{ createdAt: 1, hard: true }] });
  const certifier = key({ statements: [statement({ maySign: false })] });

  it.each([
    ["good, under a good primary key", key(), key(), "good"],
    ["good, under a primary key that only certifies", certifier, key(), "good"],
    ["that may not sign, under one that may", key(), certifier, "KEY_NOT_FOR_SIGNING"],
    ["expired", key(), expired, "KEY_EXPIRED"],
    ["under an expired primary key", expired, key(), "KEY_EXPIRED"],
    ["revoked", key(), revoked, "KEY_REVOKED"],
    ["under a revoked primary key", revoked, key(), "KEY_REVOKED"],
    ["newer than the signature", key(), key({ createdAt: 201 }), "KEY_NOT_YET_VALID"],
    ["that nothing binds to its primary key", key(), key({ statements: [] }), "KEY_INVALID"],
  ])("%s", (_, primary, subkey, expected) => {
    expect(judge(primary, TIMES, subkey)).toBe(expected);
  });

  it("that signed once is revoked, also where its primary key has expired", () => {
    const code = (primary: KeyFacts, subkey: KeyFacts) => judgeRecordedKey(primary, subkey, TIMES.now)?.code;
    expect(judge(expired, TIMES, revoked)).toBe("KEY_EXPIRED");
    expect(code(expired, revoked)).toBe("KEY_REVOKED");
    expect(code(revoked, expired)).toBe("KEY_REVOKED");
    expect(code(expired, key())).toBe("KEY_EXPIRED");
    expect(code(key(), key())).toBeUndefined();
  });
});
