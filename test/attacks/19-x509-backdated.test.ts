import { describe, expect, it } from "vitest";
import { DAY, NOW } from "../integration/commits/objects.ts";
import { authority, issue, revocationList } from "../integration/x509/builder/certificate.ts";
import { signCms } from "../integration/x509/builder/cms.ts";
import { codeOf, PAYLOAD } from "../integration/x509/judge.ts";

/**
 * A certificate's key that was stolen, or kept after its time, still signs, and the signing time is an attribute that
 * the signer writes. Nobody trusted has confirmed it, so it can make a signature worse and never better.
 */
describe("a date that only the holder of a certificate vouches for", () => {
  const root = authority(undefined);
  const closed = NOW - 5 * DAY;
  const backdated = closed - 5 * DAY;
  const alice = issue(root, { to: closed });

  function codeAt(
    now: number,
    { signingTime = backdated, claimed = backdated, lists = [] as Buffer[] } = {},
  ): string {
    return codeOf(signCms(PAYLOAD, alice, root, { signingTime }), { roots: [root], claimed, now, lists });
  }

  it("does not bring an expired certificate back to life", () => {
    expect(codeAt(closed)).toBe("good");
    expect(codeAt(closed + 1000)).toBe("KEY_EXPIRED");
    expect(codeAt(NOW)).toBe("KEY_EXPIRED");
  });

  it("must fit the commit's own", () => {
    expect(codeAt(closed, { claimed: closed + 1000 })).toBe("KEY_EXPIRED");
    expect(codeAt(closed, { signingTime: closed + 1000 })).toBe("KEY_EXPIRED");
  });

  it("is no way around a revocation that came later", () => {
    const list = (...revoked: readonly (typeof alice)[]) =>
      revocationList(root, revoked, { from: closed - DAY });
    expect(codeAt(closed, { lists: [list()] })).toBe("good");
    expect(codeAt(closed, { lists: [list(alice)] })).toBe("KEY_REVOKED");
  });
});
