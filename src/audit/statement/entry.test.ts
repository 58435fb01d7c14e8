import { describe, expect, it } from "vitest";
import {
  admission,
  denial,
  identity,
  ORIGIN,
  outcomeOf,
  testSigner,
} from "../../../test/integration/audit/samples.ts";
import { sha256 } from "../../digest.ts";
import { MAX_ENTRY_BYTES } from "../tlog/bundle.ts";
import { verifierKey } from "../tlog/verifier-key.ts";
import { policyDigest } from "./decision.ts";
import { formatEnvelope, signEnvelope } from "./dsse.ts";
import { type AuditEntry, parseEntry, verifyEntry } from "./entry.ts";
import { sealDecision, sealOutcome } from "./index.ts";

const key = verifierKey(ORIGIN, identity.signer.publicKey);
const position = { index: 0, leafHash: "0".repeat(64) };

function parsed(bytes: Uint8Array): AuditEntry {
  const entry = parseEntry(bytes);
  if (!entry.ok) throw new Error(entry.refusals[0].message);
  return entry.value;
}

function codeOf(bytes: Uint8Array): string | undefined {
  const entry = verifyEntry(bytes, key);
  return entry.ok ? undefined : entry.refusals[0].code;
}

async function sealed(statement: string): Promise<Uint8Array> {
  const envelope = await signEnvelope(
    "application/vnd.in-toto+json",
    Buffer.from(statement),
    identity.signer,
  );
  return Buffer.from(formatEnvelope(envelope));
}

async function statementOf(bytes: Promise<Uint8Array>): Promise<string> {
  return JSON.stringify(parsed(await bytes).statement);
}

describe("decisions", () => {
  it("are SLSA verification summaries of an in-toto statement", async () => {
    const { statement } = parsed(await sealDecision(admission(7), identity));
    expect(statement).toEqual({
      _type: "https://in-toto.io/Statement/v1",
      subject: [
        { name: "https://git.bank.example/payments/config.git", digest: { gitCommit: `${"0".repeat(39)}7` } },
        { name: "manifests", digest: { sha256: sha256("manifests 7").slice(7) } },
      ],
      predicateType: "https://slsa.dev/verification_summary/v1",
      predicate: {
        verifier: { id: `https://${ORIGIN}`, version: { sluice: "0.1.0" } },
        timeVerified: "2026-01-01T00:00:07.000Z",
        resourceUri: `https://${ORIGIN}/gates/payments/prod`,
        policy: {
          uri: `https://${ORIGIN}/gates/payments/prod/policy`,
          digest: { sha256: policyDigest(admission(7)).slice(7) },
        },
        verificationResult: "PASSED",
        verifiedLevels: ["SLUICE_ADMITTED"],
        slsaVersion: "1.1",
        "https://sluice.dev/decision/v1": {
          gate: { namespace: "payments", name: "prod" },
          source: { ref: "refs/heads/main" },
          trust: { name: "payments-trust", digest: { sha256: sha256("trust").slice(7) } },
          policies: [{ name: "baseline", digest: { sha256: sha256("baseline").slice(7) } }],
          reasons: [],
          reasonCount: 0,
          signers: [{ name: "alice", key: "SHA256:alice", commits: 1 }],
          signerCount: 1,
          evidence: {
            uri: `evidence/sha256/${sha256("evidence 7").slice(7)}`,
            digest: { sha256: sha256("evidence 7").slice(7) },
          },
        },
      },
    });
  });

  it.each([
    ["admitted", admission(7)],
    ["denied", denial(8)],
    ["denied after rendering", { ...denial(9), manifests: sha256("manifests 9") }],
    ["based on a commit", { ...denial(9), source: { ...denial(9).source, base: "b".repeat(40) } }],
  ])("that are %s read back as they went in", async (_what, input) => {
    const { version, ...rest } = input;
    const entry = parsed(await sealDecision(input, identity));
    expect(entry).toMatchObject({
      kind: "decision",
      decision: { ...rest, verifier: { origin: ORIGIN, version } },
    });
  });

  it("name the policies that decided by one digest that a shell can compute", () => {
    const line = (kind: string, { name, digest }: { name: string; digest: string }) =>
      `${kind} ${name} ${digest}\n`;
    const { trust, policies } = admission(1);
    const [baseline = trust] = policies;
    expect(policyDigest({ trust, policies })).toBe(sha256(line("trust", trust) + line("policy", baseline)));
    expect(policyDigest({ trust, policies: [] })).not.toBe(policyDigest({ trust, policies }));
  });
});

describe("outcomes", () => {
  it("read back as they went in", async () => {
    const { version, ...rest } = outcomeOf(7, position);
    expect(parsed(await sealOutcome(outcomeOf(7, position), identity))).toMatchObject({
      kind: "outcome",
      outcome: { ...rest, verifier: { origin: ORIGIN, version } },
    });
  });
});

describe("the size of an entry", () => {
  const [reason] = denial(1).reasons;
  const many = Array.from({ length: 5_000 }, (_, i) => ({ ...reason, subject: `commit ${i}` }));

  it("limits how many reasons are listed, and all are counted", async () => {
    const bytes = await sealDecision({ ...denial(1), reasons: [reason, ...many] }, identity);
    expect(bytes.length).toBeLessThanOrEqual(MAX_ENTRY_BYTES);
    expect(bytes.length).toBeGreaterThan(MAX_ENTRY_BYTES - 500);
    const entry = parsed(bytes);
    const decision = entry.kind === "decision" ? entry.decision : undefined;
    expect(decision?.reasonCount).toBe(5_001);
    expect(decision?.reasons.at(-1)?.subject).toBe(`commit ${(decision?.reasons.length ?? 0) - 2}`);
  });

  it("limits how many signers are listed, and how long a text may be", async () => {
    const signers = Array.from({ length: 100 }, (_, i) => ({
      name: `signer ${i}`,
      key: "SHA256:x",
      commits: 1,
    }));
    const message = `${"x".repeat(998)}😀${"x".repeat(70_000)}`;
    const entry = parsed(
      await sealDecision({ ...denial(1), signers, reasons: [{ ...reason, message }] }, identity),
    );
    const decision = entry.kind === "decision" ? entry.decision : undefined;
    expect([decision?.signers.length, decision?.signerCount]).toEqual([64, 100]);
    expect(decision?.reasons[0]?.message).toBe(`${"x".repeat(998)}\ufffd…`);
  });

  it("is a fault where nothing can be left out", async () => {
    const policies = Array.from({ length: 400 }, (_, i) => ({
      name: `policy-${i}-${"x".repeat(60)}`,
      digest: sha256(""),
    }));
    await expect(sealDecision({ ...denial(1), policies }, identity)).rejects.toMatchObject({
      code: "ENTRY_TOO_LARGE",
    });
  });
});

describe("entries that are refused", () => {
  it("are signed by another key", async () => {
    const bytes = await sealDecision(admission(1), { origin: ORIGIN, signer: testSigner(2) });
    expect(codeOf(bytes)).toBe("UNVERIFIED_ENTRY");
    expect(codeOf(await sealDecision(admission(1), identity))).toBeUndefined();
  });

  it("were written for another log", async () => {
    const elsewhere = { origin: "bank.example/audit/other", signer: identity.signer };
    expect(codeOf(await sealDecision(admission(1), elsewhere))).toBe("FOREIGN_ENTRY");
    expect(codeOf(await sealOutcome(outcomeOf(1, position), elsewhere))).toBe("FOREIGN_ENTRY");
  });

  it.each([
    ["spaces", (text: string) => text.replace(":", ": ")],
    ["a key given twice", (text: string) => text.replace('"_type"', '"_type":"x","_type"')],
    ["another statement type", (text: string) => text.replace("Statement/v1", "Statement/v0.1")],
    ["another predicate type", (text: string) => text.replace("verification_summary/v1", "provenance/v1")],
    ["a commit that is no oid", (text: string) => text.replace('"gitCommit":"0', '"gitCommit":"x')],
    ["no subject", (text: string) => text.replace(/"subject":\[.*?\]/, '"subject":[]')],
    ["another time format", (text: string) => text.replace("00:00:01.000Z", "00:00:01Z")],
    ["no time", (text: string) => text.replace("2026-01-01T", "2026-13-01T")],
    [
      "another gate in its resource",
      (text: string) => text.replace("gates/payments/prod", "gates/payments/dev"),
    ],
    ["another policy digest", (text: string) => text.replace('"name":"baseline"', '"name":"lenient"')],
    ["a result that its level contradicts", (text: string) => text.replace('"PASSED"', '"FAILED"')],
    ["reasons to deny what passed", (text: string) => text.replace('"reasonCount":0', '"reasonCount":1')],
    ["fewer signers than it lists", (text: string) => text.replace('"signerCount":1', '"signerCount":0')],
    ["no evidence", (text: string) => text.replace('"evidence":{', '"evidences":{')],
    ["no JSON", () => "x"],
    ["a JSON null", () => "null"],
    ["nesting without end", () => "[".repeat(20_000) + "]".repeat(20_000)],
  ])("have %s in their payload", async (_what, change) => {
    const statement = await statementOf(sealDecision(admission(1), identity));
    expect(change(statement)).not.toBe(statement);
    expect(codeOf(await sealed(statement))).toBeUndefined();
    expect(codeOf(await sealed(change(statement)))).toBe("MALFORMED_ENTRY");
  });

  it.each([
    ["a result that is not known", (text: string) => text.replace('"applied"', '"perhaps"')],
    ["a negative index", (text: string) => text.replace('"index":0', '"index":-1')],
    ["a short leaf hash", (text: string) => text.replace(`"${"0".repeat(64)}"`, `"${"0".repeat(63)}"`)],
  ])("are outcomes with %s", async (_what, change) => {
    const statement = await statementOf(sealOutcome(outcomeOf(1, position), identity));
    expect(codeOf(await sealed(statement))).toBeUndefined();
    expect(codeOf(await sealed(change(statement)))).toBe("MALFORMED_ENTRY");
  });

  it("have another payload type", async () => {
    const statement = await statementOf(sealDecision(admission(1), identity));
    const envelope = await signEnvelope("application/json", Buffer.from(statement), identity.signer);
    expect(codeOf(Buffer.from(formatEnvelope(envelope)))).toBe("MALFORMED_ENTRY");
  });

  it("are longer than an entry can be", async () => {
    const bytes = await sealed(JSON.stringify({ padding: "x".repeat(60_000) }));
    expect(codeOf(bytes)).toBe("MALFORMED_ENTRY");
  });
});

describe("entries of later versions", () => {
  it("may have fields that this one does not know", async () => {
    const statement = await statementOf(sealDecision(admission(1), identity));
    expect(
      codeOf(await sealed(statement.replace('"slsaVersion"', '"later":{"x":1},"slsaVersion"'))),
    ).toBeUndefined();
  });
});
