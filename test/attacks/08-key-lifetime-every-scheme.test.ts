import { describe, expect, it } from "vitest";
import { compileTrust, type Trust, verifyCommits } from "../../src/trust/index.ts";
import { sshMaterial, trustMaterial } from "../integration/commits/material.ts";
import { DAY, ed25519, HOUR, rawCommit } from "../integration/commits/objects.ts";
import { allWays, judgeWay, signedCommit } from "../integration/commits/ways.ts";

describe.each(await allWays())("somebody who signs with %s", (_, way) => {
  const made = way.now - HOUR;

  it.each([
    ["within it", {}, "verified by alice"],
    ["that opened when it was made", { validAfter: made }, "verified by alice"],
    ["that opened a moment later", { validAfter: made + 1 }, "KEY_NOT_YET_VALID"],
    ["that closes a moment after the decision", { validBefore: way.now + 1 }, "verified by alice"],
    ["that closes at the decision", { validBefore: way.now }, "KEY_EXPIRED"],
    ["that closed before it was made", { validBefore: made }, "KEY_EXPIRED"],
  ])("has a window: a commit %s", async (__, window, expected) => {
    expect(await judgeWay(way, await signedCommit(way), { keys: [way.key(window)] })).toBe(expected);
  });

  it("is judged by the trust of today and the time of today, each time", async () => {
    const raw = rawCommit(await signedCommit(way));
    const trusting = (...keys: Parameters<typeof trustMaterial>[0]): Promise<Trust> =>
      compileTrust(trustMaterial(keys, { authorities: way.authorities }));
    const other = sshMaterial(ed25519());
    const with_ = await trusting(way.key({ validBefore: way.now + DAY / 2 }), other);
    const without = await trusting(other);
    const looks = [
      [with_, way.now, null],
      [without, way.now, way.unknown],
      [with_, way.now + DAY / 2, "KEY_EXPIRED"],
      [with_, way.now, null],
    ] as const;
    for (const [trust, now, expected] of looks) {
      const [record] = await Array.fromAsync(verifyCommits([raw], trust, now));
      expect(record?.code).toBe(expected);
    }
  });
});
