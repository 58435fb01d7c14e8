import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hashLeaf } from "../merkle/index.ts";
import { createSigner } from "../signer.ts";
import { claimedOrigin, signCheckpoint, verifyCheckpoint } from "./checkpoint.ts";
import { signNote } from "./note.ts";
import { verifierKey } from "./verifier-key.ts";

const ORIGIN = "bank.example/audit";
const signer = createSigner(generateKeyPairSync("ed25519").privateKey);
const key = verifierKey(ORIGIN, signer.publicKey);
const root = hashLeaf(Buffer.from("an entry"));
const rootText = Buffer.from(root).toString("base64");

describe("checkpoints", () => {
  it("read as they were signed", async () => {
    const { bytes } = await signCheckpoint({ origin: ORIGIN, size: 1, root }, signer);
    expect(Buffer.from(bytes).toString()).toMatch(
      new RegExp(`^${ORIGIN}\n1\n[^\n]+\n\n— ${ORIGIN} [^\n]+\n$`),
    );
    expect(verifyCheckpoint(bytes, key)).toEqual({ origin: ORIGIN, size: 1, root: Buffer.from(root), bytes });
    expect(claimedOrigin(bytes)).toBe(ORIGIN);
  });

  it("of the specification's example are read, and need its key", () => {
    const example =
      "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" +
      "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
    expect(claimedOrigin(Buffer.from(example))).toBe("example.com/behind-the-sofa");
    const stranger = verifierKey("example.com/behind-the-sofa", signer.publicKey);
    expect(verifyCheckpoint(Buffer.from(example), stranger)).toBe("UNVERIFIED_CHECKPOINT");
  });

  it.each([
    ["a leading zero in the size", `${ORIGIN}\n01\n${rootText}\n`],
    ["a sign", `${ORIGIN}\n+1\n${rootText}\n`],
    ["a negative size", `${ORIGIN}\n-1\n${rootText}\n`],
    ["no size", `${ORIGIN}\n\n${rootText}\n`],
    ["a size beyond what is counted exactly", `${ORIGIN}\n9007199254740993\n${rootText}\n`],
    ["a short root", `${ORIGIN}\n1\n${Buffer.from(root.slice(1)).toString("base64")}\n`],
    ["a root in hex", `${ORIGIN}\n1\n${Buffer.from(root).toString("hex")}\n`],
    ["an extension line", `${ORIGIN}\n1\n${rootText}\nextension\n`],
    ["no origin", `\n1\n${rootText}\n`],
    ["two lines", `${ORIGIN}\n1\n`],
  ])("with %s are malformed, although signed", async (_what, text) => {
    expect(verifyCheckpoint(await signNote(text, ORIGIN, signer), key)).toBe("MALFORMED_CHECKPOINT");
  });

  it("of another log are told apart from forged ones", async () => {
    const other = await signCheckpoint({ origin: "bank.example/other", size: 1, root }, signer);
    expect(verifyCheckpoint(other.bytes, key)).toBe("WRONG_ORIGIN");
    const { bytes } = await signCheckpoint({ origin: ORIGIN, size: 1, root }, signer);
    const larger = Buffer.from(Buffer.from(bytes).toString().replace("\n1\n", "\n2\n"));
    expect(verifyCheckpoint(larger, key)).toBe("UNVERIFIED_CHECKPOINT");
  });
});
