import { describe, expect, it } from "vitest";
import { ed25519, HOUR, NOW } from "../../test/integration/commits/objects.ts";
import { MESSAGE, signCertified } from "../../test/integration/ssh/authority.ts";
import { type CertificateParts, encodeCertificate } from "../../test/integration/ssh/certificate-blob.ts";
import { toSshKeyLine } from "../signatures/index.ts";
import { judgeSignature } from "./judge-signature.ts";
import { trustKeyFiles } from "./key-files.ts";
import type { WindowClock } from "./trust.ts";

const key = ed25519();
const authority = ed25519();
const CLAIMED = NOW - HOUR;

interface Setting {
  readonly certificate?: CertificateParts;
  /** The line of `allowed_signers`, but for the key. */
  readonly entry?: string;
  readonly clock?: WindowClock;
  readonly revoked?: string;
}

/** Who signed, or the code of the refusal. */
async function judge({ certificate, entry = "alice cert-authority", clock = "gate", revoked }: Setting) {
  const toFile = (text: string) => ({ origin: "file", bytes: Buffer.from(text) });
  const { trust } = await trustKeyFiles({
    allowedSigners: [toFile(`${entry} ${toSshKeyLine(authority)}\n`)],
    openpgpKeys: [],
    revokedKeys: revoked === undefined ? [] : [toFile(revoked)],
  });
  const signature = signCertified(key, encodeCertificate(key, authority, certificate));
  const signed = { payload: MESSAGE, signature, claimedAt: CLAIMED };
  const { signer, problem } = await judgeSignature(signed, { ...trust, clock }, NOW);
  return problem?.code ?? signer;
}

const seconds = (time: number): bigint => BigInt(time / 1000);

describe("a certificate", () => {
  it("counts for the person whom it names, and the entry of its authority too", async () => {
    expect(await judge({})).toBe("alice");
    expect(await judge({ certificate: { principals: ["bob", "alice"] } })).toBe("alice");
    expect(await judge({ certificate: { principals: ["bob"] } })).toBe("PRINCIPAL_NOT_ALLOWED");
    expect(await judge({ certificate: { principals: [] }, entry: "* cert-authority" })).toBe(
      "PRINCIPAL_NOT_ALLOWED",
    );
    expect(await judge({ certificate: { principals: ["bob"] }, entry: "* cert-authority" })).toBe("bob");
  });

  it("does not count where its authority's key is given as a signer's", async () => {
    expect(await judge({ entry: "alice" })).toBe("UNKNOWN_AUTHORITY");
  });

  /** The commit was made an hour before it is judged; the gate asks for both times, git for the first. */
  it.each<[string, CertificateParts, gate: string, git: string]>([
    ["from the time claimed on", { validAfter: seconds(CLAIMED) }, "alice", "alice"],
    [
      "from a second later on",
      { validAfter: seconds(CLAIMED) + 1n },
      "KEY_NOT_YET_VALID",
      "KEY_NOT_YET_VALID",
    ],
    ["until after now", { validBefore: seconds(NOW) + 1n }, "alice", "alice"],
    ["until now", { validBefore: seconds(NOW) }, "KEY_EXPIRED", "alice"],
    ["until the time claimed", { validBefore: seconds(CLAIMED) }, "KEY_EXPIRED", "KEY_EXPIRED"],
    ["never", { validAfter: 2n ** 63n }, "KEY_NOT_YET_VALID", "KEY_NOT_YET_VALID"],
  ])("that is valid %s", async (_, certificate, gate, git) => {
    expect(await judge({ certificate })).toBe(gate);
    expect(await judge({ certificate, clock: "git" })).toBe(git);
  });

  it("is no longer valid than its authority", async () => {
    expect(await judge({ entry: 'alice cert-authority,valid-before="20260301120000Z"' })).toBe("alice");
    expect(await judge({ entry: 'alice cert-authority,valid-before="20260301115959Z"' })).toBe("KEY_EXPIRED");
    expect(await judge({ entry: 'alice cert-authority,valid-after="20260301110000Z"' })).toBe("alice");
    expect(await judge({ entry: 'alice cert-authority,valid-after="20260301110001Z"' })).toBe(
      "KEY_NOT_YET_VALID",
    );
  });

  it("is revoked with its key and with its authority, at once", async () => {
    expect(await judge({ revoked: toSshKeyLine(key) })).toBe("KEY_REVOKED");
    expect(await judge({ revoked: toSshKeyLine(authority), clock: "git" })).toBe("KEY_REVOKED");
    expect(await judge({ revoked: toSshKeyLine(ed25519()) })).toBe("alice");
  });
});
