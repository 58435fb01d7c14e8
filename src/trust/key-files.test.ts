import { beforeAll, describe, expect, it } from "vitest";
import { DAY, ed25519, HOUR, NOW, rawCommit, sshSigned } from "../../test/integration/commits/objects.ts";
import { type KeyPair, openpgpKey } from "../../test/integration/commits/openpgp-keys.ts";
import { toSshKeyLine } from "../signatures/index.ts";
import { TrustError } from "./error.ts";
import { judgeCommit } from "./judge-commit.ts";
import { trustKeyFiles } from "./key-files.ts";

const sshKey = ed25519();
const line = toSshKeyLine(sshKey);
let pair: KeyPair;

beforeAll(async () => {
  pair = await openpgpKey();
});

function files(allowedSigners: readonly string[], openpgpKeys: readonly (string | Uint8Array)[] = []) {
  const toFile = (content: string | Uint8Array) => ({ origin: "keys", bytes: Buffer.from(content) });
  return { allowedSigners: allowedSigners.map(toFile), openpgpKeys: openpgpKeys.map(toFile) };
}

async function codeOf(...contents: Parameters<typeof files>): Promise<string> {
  try {
    await trustKeyFiles(files(...contents));
    return "trusted";
  } catch (error) {
    if (error instanceof TrustError) return error.code;
    throw error;
  }
}

describe("key files", () => {
  it("are read together, and say who signs", async () => {
    const { trust, notices } = await trustKeyFiles(files([`alice@x ${line}`], [pair.publicKey.armor()]));
    expect([...trust.grants.values()].flat().map(({ signer }) => signer)).toEqual([
      "alice@x",
      "Alice <alice@bank.example>",
    ]);
    expect(notices).toEqual([]);
  });

  it("may hold copies, and entries that are passed over", async () => {
    const { trust, notices } = await trustKeyFiles(
      files(
        [`a ${line}\nb ${line}\nc namespaces="file" ${line}\n`],
        [pair.publicKey.write(), pair.publicKey.armor()],
      ),
    );
    expect(trust.keyring.openpgp.size).toBe(1);
    expect(trust.keyring.ssh.keys.size).toBe(1);
    expect(notices).toHaveLength(1);
  });

  it.each([
    ["nothing at all", [[], []], "EMPTY_TRUST"],
    ["only comments", [["# nobody\n"], []], "EMPTY_TRUST"],
    ["only entries that are passed over", [[`a namespaces="file" ${line}`], []], "EMPTY_TRUST"],
    ["a line that cannot be read", [[`a ${line}\nb\n`], []], "INVALID_KEY"],
    ["a file without keys", [[`a ${line}\n`], ["hello"]], "INVALID_KEY"],
  ] as const)("with %s are refused", async (_, [allowedSigners, openpgpKeys], expected) => {
    expect(await codeOf(allowedSigners, openpgpKeys)).toBe(expected);
  });

  it("with a private key are refused", async () => {
    expect(await codeOf([], [pair.privateKey.armor()])).toBe("INVALID_KEY");
  });
});

describe("windows of allowed_signers", () => {
  const day = (time: number): string => `${new Date(time).toISOString().slice(0, 10).replaceAll("-", "")}Z`;

  async function judge(allowedSigners: string, at: number, now = NOW): Promise<string> {
    const { trust } = await trustKeyFiles(files([allowedSigners]));
    return (await judgeCommit(rawCommit(sshSigned(sshKey, { at })), trust, now)).code ?? "verified";
  }

  it("are judged when the commit was made, as git does", async () => {
    const closed = `a valid-before="${day(NOW - 10 * DAY)}" ${line}`;
    expect(await judge(closed, NOW - 20 * DAY)).toBe("verified");
    expect(await judge(closed, NOW - HOUR)).toBe("KEY_EXPIRED");
    expect(await judge(`a valid-after="${day(NOW + 2 * DAY)}" ${line}`, NOW)).toBe("KEY_NOT_YET_VALID");
  });

  it("count where any one entry of the key is open", async () => {
    const both = `a valid-before="${day(NOW - 10 * DAY)}" ${line}\nb valid-after="${day(NOW - DAY)}" ${line}\n`;
    expect(await judge(both, NOW - 20 * DAY)).toBe("verified");
    expect(await judge(both, NOW)).toBe("verified");
    expect(await judge(both, NOW - 5 * DAY)).toBe("KEY_EXPIRED");
  });

  it("do not mind a commit from the future, as git does not", async () => {
    expect(await judge(`a ${line}`, NOW + 900 * DAY)).toBe("verified");
  });
});
