import { describe, expect, it } from "vitest";
import { NO_AUTHORITIES, x509Authority, x509Key } from "../integration/commits/authorities.ts";
import { judgeObject } from "../integration/commits/judge.ts";
import { addSignature, commitObject } from "../integration/commits/objects.ts";
import { allWays, judgeWay, unsignedCommit } from "../integration/commits/ways.ts";
import { alternativeNames, authority, issue } from "../integration/x509/builder/certificate.ts";
import { armor, container, signerInfo } from "../integration/x509/builder/cms.ts";

describe.each(await allWays())("a signature with %s", (_, way) => {
  it("is over one commit, and nothing to another", async () => {
    const [honest, evil] = ["an honest change\n", "something else\n"].map((message) =>
      unsignedCommit(way, { message }),
    );
    if (honest === undefined || evil === undefined) throw new TypeError("two messages make two commits");
    const armored = await way.sign(honest);
    expect(await judgeWay(way, addSignature(honest, armored))).toBe("verified by alice");
    expect(await judgeWay(way, addSignature(evil, armored))).toBe("BAD_SIGNATURE");
  });

  it("is made in its own scheme's armor, and none in another's", async () => {
    const commit = unsignedCommit(way);
    const armored = await way.sign(commit);
    const [, label = ""] = /^-----BEGIN (.+)-----/.exec(armored) ?? [];
    const others = ["SSH SIGNATURE", "PGP SIGNATURE", "SIGNED MESSAGE"].filter((each) => each !== label);
    expect(others).toHaveLength(2);
    for (const other of others) {
      const relabelled = addSignature(commit, armored.replaceAll(label, other));
      expect(await judgeWay(way, relabelled)).toBe("MALFORMED_SIGNATURE");
    }
  });
});

it("a CMS signature that brings the content it signs is not one", async () => {
  const bank = authority(undefined, { name: "bank" });
  const alice = issue(bank, { extensions: [alternativeNames(["email", "alice@bank.example"])] });
  const [honest, evil] = [commitObject({ message: "honest\n" }), commitObject({ message: "evil\n" })];
  const policy = { authorities: { ...NO_AUTHORITIES, x509: [x509Authority("bank-ca", [bank])] } };
  const certificates = [alice.certificate];
  const signers = [signerInfo(honest, alice, bank)];
  const judge = (commit: Buffer, attached?: Buffer) =>
    judgeObject(
      addSignature(commit, armor(container({ certificates, signers, ...(attached && { attached }) }))),
      { keys: [x509Key("alice@bank.example")], policy },
    );
  expect(await judge(honest)).toBe("verified by alice");
  expect(await judge(evil)).toBe("BAD_SIGNATURE");
  for (const commit of [honest, evil]) expect(await judge(commit, honest)).toBe("MALFORMED_SIGNATURE");
});
