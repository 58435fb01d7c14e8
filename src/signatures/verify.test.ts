import { beforeAll, describe, expect, it } from "vitest";
import { ed25519, NOW } from "../../test/integration/commits/objects.ts";
import { keyringOf, openpgpKey, openpgpSign } from "../../test/integration/commits/openpgp-keys.ts";
import {
  buildSshKeyring,
  type Keyring,
  parseSshKeyLine,
  signSsh,
  toSshKeyLine,
  verifySignature,
} from "./index.ts";

const MESSAGE = Buffer.from("tree 4b825dc\n\nmessage\n");
const sshKey = ed25519();
let keyring: Keyring;
let openpgp: string;

beforeAll(async () => {
  const { privateKey, publicKey } = await openpgpKey();
  const key = parseSshKeyLine(toSshKeyLine(sshKey));
  if (!key.ok) throw new Error(key.refusals[0].message);
  keyring = {
    ssh: buildSshKeyring({ keys: [key.value] }),
    openpgp: await keyringOf(publicKey),
    x509: [],
    sigstore: undefined,
  };
  openpgp = await openpgpSign(MESSAGE, privateKey);
});

async function judge(signature: string | undefined): Promise<string> {
  const verdict = await verifySignature(MESSAGE, signature, keyring, { now: NOW, claimed: NOW });
  return verdict.ok ? verdict.scheme : verdict.code;
}

describe("the armor's first line tells the scheme", () => {
  it("of signatures that are verified here", async () => {
    expect(await judge(signSsh(MESSAGE, sshKey))).toBe("ssh");
    expect(await judge(openpgp)).toBe("openpgp");
  });

  it.each([
    ["an OpenPGP message", "-----BEGIN PGP MESSAGE-----\n\nowE=\n-----END PGP MESSAGE-----\n"],
    ["something before it", " -----BEGIN SSH SIGNATURE-----"],
    ["nothing", ""],
  ])("but not %s", async (_, signature) => {
    expect(await judge(signature)).toBe("UNSUPPORTED_SCHEME");
  });

  it("and no signature is none", async () => {
    expect(await judge(undefined)).toBe("UNSIGNED");
  });

  it("whatever the other scheme's keys are", async () => {
    const swapped = signSsh(MESSAGE, sshKey).replaceAll("SSH SIGNATURE", "PGP SIGNATURE");
    expect(await judge(swapped)).toBe("MALFORMED_SIGNATURE");
  });
});
