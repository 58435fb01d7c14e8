import { beforeAll, describe, expect, it } from "vitest";
import type { SigstoreRoot } from "../../src/signatures/sigstore/root.ts";
import { codeOf, PAYLOAD } from "../integration/gitsign/judge.ts";
import { PrivateSigstore, type Signing } from "../integration/gitsign/private-sigstore.ts";
import { rootOf } from "../integration/gitsign/public-good.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/**
 * Fulcio's certificates live for ten minutes, and their keys are thrown away; one that is kept signs for ever, and
 * its holder writes any time. Only the log's time counts, and it must lie inside those minutes.
 */
describe("a certificate that has expired", () => {
  const sigstore = new PrivateSigstore();
  const certifiedAt = sigstore.now;
  let root: SigstoreRoot;
  let rootJson: string;

  beforeAll(async () => {
    rootJson = await sigstore.rootJson();
    root = rootOf(rootJson);
  });

  async function codeOfSigning(signing: Signing, now = sigstore.now + DAY): Promise<string> {
    return codeOf(await sigstore.sign(PAYLOAD, { certifiedAt, ...signing }), root, now);
  }

  it("vouches for what was logged while it was valid, however long ago", async () => {
    expect(await codeOfSigning({ loggedAt: certifiedAt })).toBe("good");
    expect(await codeOfSigning({ loggedAt: certifiedAt + 10 * MINUTE })).toBe("good");
    expect(await codeOfSigning({ loggedAt: certifiedAt }, certifiedAt + 300 * DAY)).toBe("good");
  });

  it("vouches for nothing that was logged before or after", async () => {
    expect(await codeOfSigning({ loggedAt: certifiedAt - SECOND })).toBe("KEY_NOT_YET_VALID");
    expect(await codeOfSigning({ loggedAt: certifiedAt + 10 * MINUTE + SECOND })).toBe("KEY_EXPIRED");
    expect(await codeOfSigning({ loggedAt: certifiedAt + DAY })).toBe("KEY_EXPIRED");
  });

  it("vouches for nothing that is logged at a time to come", async () => {
    const ahead = { certifiedAt: certifiedAt + 2 * DAY, loggedAt: certifiedAt + 2 * DAY };
    expect(await codeOfSigning(ahead, certifiedAt + DAY)).toBe("good");
    expect(await codeOfSigning(ahead, certifiedAt + DAY - SECOND)).toBe("SIGNATURE_IN_FUTURE");
  });

  it.each([
    ["certificateAuthorities", "CERTIFICATE_UNTRUSTED"],
    ["tlogs", "LOG_ENTRY_INVALID"],
    ["ctlogs", "CERTIFICATE_UNTRUSTED"],
  ])("vouches for nothing outside the time of the root's %s", async (field, expected) => {
    const signed = await sigstore.sign(PAYLOAD, { certifiedAt });
    const ending = (end: number): string => {
      const validFor = { start: new Date(0).toISOString(), end: new Date(end).toISOString() };
      const whole = JSON.parse(rootJson);
      const [only] = whole[field];
      const ended =
        field === "certificateAuthorities" ? { validFor } : { publicKey: { ...only.publicKey, validFor } };
      return codeOf(
        signed,
        rootOf(JSON.stringify({ ...whole, [field]: [{ ...only, ...ended }] })),
        sigstore.now,
      );
    };
    expect(ending(certifiedAt + DAY)).toBe("good");
    expect(ending(certifiedAt - DAY)).toBe(expected);
  });
});
