import { beforeAll, describe, expect, it } from "vitest";
import { NO_AUTHORITIES, sigstoreKey } from "../../test/integration/commits/authorities.ts";
import { type Judging, judgeObject } from "../../test/integration/commits/judge.ts";
import { sshMaterial } from "../../test/integration/commits/material.ts";
import { addSignature, commitObject, DAY, ed25519, HOUR } from "../../test/integration/commits/objects.ts";
import { PrivateSigstore, type Signing, WHO } from "../../test/integration/gitsign/private-sigstore.ts";

const sigstore = new PrivateSigstore();
let rootJson: string;

beforeAll(async () => {
  rootJson = await sigstore.rootJson();
});

interface Setting extends Partial<Judging> {
  readonly signing?: Signing;
  readonly root?: string;
  /** When the committer says it was. */
  readonly at?: number;
}

/** Who signed a commit, by a policy in which Alice is an identity of the bank's provider. */
async function judge(setting: Setting = {}): Promise<string> {
  const { keys = [sigstoreKey(WHO)], signing = {}, root = rootJson, at = sigstore.now } = setting;
  const commit = commitObject({ at });
  const signed = addSignature(commit, await sigstore.sign(commit, signing));
  const authorities = { ...NO_AUTHORITIES, sigstore: { origin: "authorities.sigstore", text: root } };
  return judgeObject(signed, { keys, now: sigstore.now, policy: { authorities }, ...setting });
}

describe("an identity", () => {
  it("is the person whose key the policy says it is", async () => {
    expect(await judge()).toBe("verified by alice");
  });

  it.each([
    { identity: "https://login.bank.example/alice2" },
    { identity: "https://login.bank.example/alic" },
    { identity: "https://login.bank.example/Alice" },
    { identity: "https://login.bank.example.evil/alice" },
    { issuer: "https://login.bank.example.evil" },
    { issuer: "https://login.bank.example/" },
  ])("is compared to the letter, and so is who vouches for it: %o", async (signing) => {
    expect(await judge({ signing })).toBe("PRINCIPAL_NOT_ALLOWED");
  });

  it("is nobody's in another Sigstore, or without one", async () => {
    expect(await judge({ root: await new PrivateSigstore().rootJson() })).toBe("CERTIFICATE_UNTRUSTED");
    const none = { authorities: NO_AUTHORITIES };
    expect(await judge({ policy: none, keys: [sshMaterial(ed25519())] })).toBe("CERTIFICATE_UNTRUSTED");
  });
});

describe("the window of an identity", () => {
  const loggedAt = sigstore.now;
  const now = loggedAt + DAY;
  const within = (validAfter: number, validBefore: number, at = loggedAt) =>
    judge({
      keys: [sigstoreKey(WHO, { validAfter, validBefore })],
      signing: { loggedAt },
      at,
      now,
    });

  it("must be open when the log took the signature in, and now", async () => {
    expect(await within(loggedAt, now + 1)).toBe("verified by alice");
    expect(await within(loggedAt + 1, now + 1)).toBe("KEY_NOT_YET_VALID");
    expect(await within(loggedAt, now)).toBe("KEY_EXPIRED");
  });

  it("has nothing to do with what the committer claims", async () => {
    for (const at of [loggedAt - 300 * DAY, now - HOUR]) {
      expect(await within(loggedAt, now + 1, at)).toBe("verified by alice");
      expect(await within(loggedAt + 1, now + 1, at)).toBe("KEY_NOT_YET_VALID");
    }
  });
});
