import type { KeyObject } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toSshKeyLine } from "../../../src/signatures/index.ts";
import { trustKeyFiles } from "../../../src/trust/index.ts";
import { judgeSignature } from "../../../src/trust/judge-signature.ts";
import { describeWithTools } from "../../support/tools.ts";
import { Sandbox } from "../commits/sandbox.ts";
import { securityKey } from "../commits/security-key.ts";
import {
  Authority,
  KEYS,
  MESSAGE,
  type Request,
  readBlob,
  showCertificate,
  signCertified,
  succeeds,
} from "./authority.ts";

/** The moment at which all is judged, as ssh-keygen is told and as we are. */
const AT = { shown: "20260615120000Z", time: Date.UTC(2026, 5, 15, 12) };

interface Tally {
  readonly accepted: number;
  /** Refused by us, on purpose, and let pass by ssh-keygen. */
  readonly stricter: number;
}

type Case = readonly [what: string, request: Request, tally: Tally];

const GOOD: Tally = { accepted: 6, stricter: 0 };
const NEVER: Tally = { accepted: 0, stricter: 0 };
const RESTRICTED: Tally = { accepted: 0, stricter: 6 };

const CASES: readonly Case[] = [
  ["for alice", { principals: ["alice"], serial: 1 }, GOOD],
  ["for bob and alice", { principals: ["bob", "alice"], serial: 2 }, GOOD],
  ["for mallory", { principals: ["mallory"], serial: 3 }, { accepted: 1, stricter: 0 }],
  ["for a pattern", { principals: ["*"], serial: 4 }, { accepted: 2, stricter: 0 }],
  ["for nobody", { serial: 5 }, NEVER],
  ["for hosts", { principals: ["alice"], host: true }, NEVER],
  ["that has expired", { principals: ["alice"], validity: "20250101Z:20260615120000Z" }, NEVER],
  ["that expires a second later", { principals: ["alice"], validity: "20250101Z:20260615120001Z" }, GOOD],
  ["that begins", { principals: ["alice"], validity: "20260615120000Z:forever" }, GOOD],
  ["that begins a second later", { principals: ["alice"], validity: "20260615120001Z:forever" }, NEVER],
  ["without extensions", { principals: ["alice"], options: ["clear"] }, GOOD],
  ["with somebody's extension", { principals: ["alice"], options: ["extension:x@bank.example=1"] }, GOOD],
  ["that forces a command", { principals: ["alice"], options: ["force-command=/bin/true"] }, RESTRICTED],
  ["for an address", { principals: ["alice"], options: ["source-address=10.0.0.0/8"] }, RESTRICTED],
  [
    "with somebody's restriction",
    { principals: ["alice"], options: ["critical:x@bank.example=1"] },
    RESTRICTED,
  ],
];

/** Lines of `allowed_signers`; CA, OTHER and KEY stand for the keys. */
const ENTRIES: readonly string[] = [
  "alice cert-authority CA",
  "* cert-authority CA",
  "a*,!alice cert-authority CA",
  "bob,alic? cert-authority CA",
  "!mallory,* cert-authority CA",
  'alice cert-authority,namespaces="file" CA',
  'alice cert-authority,namespaces="g*" CA',
  'alice cert-authority,valid-before="20260615115959Z" CA',
  'alice valid-after="20260615120001Z",cert-authority CA',
  'alice cert-authority,valid-after="20260615120000Z",valid-before="20260615120000Z0" CA',
  "alice CA",
  "alice KEY",
  "alice cert-authority KEY",
  "alice cert-authority OTHER",
  "bob cert-authority CA\nalice cert-authority CA",
];

/** Everybody whom an entry could mean. */
const PEOPLE = ["alice", "bob", "mallory", "*"];

/** What ssh-keygen does not look at; in everything else the two must agree. */
const STRICTER = ["CERTIFICATE_RESTRICTED"];

describeWithTools(["git", "ssh-keygen", "time"], "certificates, judged by ssh-keygen and by us", () => {
  let sandbox: Sandbox;
  let other: Authority;
  let made = 0;

  beforeAll(() => {
    sandbox = new Sandbox();
    other = new Authority(sandbox, "other");
  });

  afterAll(() => sandbox[Symbol.dispose]());

  /** The signer, or the code of the refusal. */
  async function ours(armored: string, allowedSigners: string): Promise<string> {
    const files = { allowedSigners: [{ origin: "f", bytes: Buffer.from(allowedSigners) }], openpgpKeys: [] };
    const material = await trustKeyFiles(files).catch(() => undefined);
    if (material === undefined) return "unreadable";
    const signed = { payload: MESSAGE, signature: armored, claimedAt: AT.time };
    const { signer, problem } = await judgeSignature(signed, material.trust, AT.time);
    return problem?.code ?? `signed by ${signer}`;
  }

  /** The names among `principals` for which ssh-keygen accepts the signature. */
  function theirs(
    armored: string,
    allowedSigners: string,
    principals?: readonly string[],
  ): readonly string[] {
    const files = [
      ...["-f", sandbox.write("allowed_signers", allowedSigners)],
      ...["-s", sandbox.write("signature", armored), `-Overify-time=${AT.shown}`],
    ];
    // It finds none where it would accept none, and saves asking for each.
    const candidates =
      principals ?? (succeeds(sandbox, "ssh-keygen", ["-Y", "find-principals", ...files]) ? PEOPLE : []);
    return candidates.filter((name) =>
      succeeds(sandbox, "ssh-keygen", ["-Y", "verify", "-n", "git", "-I", name, ...files], MESSAGE),
    );
  }

  type Comparison = "accepted" | "refused" | "stricter" | { readonly disagreement: string };

  async function compareOne(armored: string, allowedSigners: string): Promise<Comparison> {
    const answer = await ours(armored, allowedSigners);
    const signer = /^signed by (.*)$/.exec(answer)?.[1];
    const [accepted] = theirs(armored, allowedSigners, signer === undefined ? undefined : [signer]);
    if (signer !== undefined && accepted !== undefined) return "accepted";
    if (signer === undefined && accepted === undefined) return "refused";
    if (signer === undefined && STRICTER.includes(answer)) return "stricter";
    return { disagreement: `${answer}, and ssh-keygen says ${accepted ?? "no"} to ${allowedSigners}` };
  }

  /** Makes a certificate, signs with it, and compares what every entry makes of it. */
  async function compare(signer: Signer, by: string, request: Request) {
    made += 1;
    const ca = new Authority(sandbox, `ca${made}`, by);
    const armored = signer.sign(readBlob(ca.certify(signer.line, request)));
    const keys: Readonly<Record<string, string>> = { CA: ca.line, OTHER: other.line, KEY: signer.line };
    const found: Comparison[] = [];
    for (const entry of ENTRIES) {
      const file = entry.replaceAll(/\b(CA|OTHER|KEY)$/gm, (name) => keys[name] ?? name);
      found.push(await compareOne(armored, `${file}\n`));
    }
    return {
      accepted: found.filter((each) => each === "accepted").length,
      stricter: found.filter((each) => each === "stricter").length,
      disagreements: found.filter((each) => typeof each === "object"),
    };
  }

  describe("of an Ed25519 key by an Ed25519 authority", () => {
    it.each(CASES)("%s", async (_, request, tally) => {
      expect(await compare(softwareKey("ed25519"), "ed25519", request)).toEqual({
        ...tally,
        disagreements: [],
      });
    });
  });

  describe("of every kind of key, by every kind of authority", () => {
    const kinds = Object.keys(KEYS).flatMap((kind) => ["ecdsa", "rsa"].map((by) => [kind, by] as const));
    it.each(kinds)("%s by %s", async (kind, by) => {
      const compared = await compare(softwareKey(kind), by, { principals: ["alice"] });
      expect(compared).toEqual({ ...GOOD, disagreements: [] });
    });
  });

  describe("of security keys", () => {
    it.each(["sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"] as const)(
      "%s",
      async (type) => {
        const compared = await compare(hardwareKey(type), "ed25519", { principals: ["alice"] });
        expect(compared).toEqual({ ...GOOD, disagreements: [] });
      },
    );
  });

  it("by an authority that signs over SHA-1 are refused, which ssh-keygen does not do", async () => {
    const key = makeKey("ed25519");
    const ca = new Authority(sandbox, "sha1", "rsa");
    const codes = await Promise.all(
      (["ssh-rsa", "rsa-sha2-256", "rsa-sha2-512"] as const).map((algorithm) =>
        ours(
          signCertified(key, ca.certificate(key, { principals: ["alice"], algorithm })),
          `alice cert-authority ${ca.line}\n`,
        ),
      ),
    );
    expect(codes).toEqual(["WEAK_ALGORITHM", "signed by alice", "signed by alice"]);
  });

  it("has compared as many as it says", () => {
    expect((CASES.length + 2 * Object.keys(KEYS).length + 2) * ENTRIES.length).toBe(405);
  });
});

/** Somebody who signs, and shows a certificate. */
interface Signer {
  readonly line: string;
  sign(certificate: Buffer): string;
}

function softwareKey(kind: string): Signer {
  const key = makeKey(kind);
  return { line: toSshKeyLine(key), sign: (certificate) => signCertified(key, certificate) };
}

function hardwareKey(type: Parameters<typeof securityKey>[0]): Signer {
  const key = securityKey(type);
  return { line: key.line, sign: (certificate) => showCertificate(key.sign(MESSAGE), certificate) };
}

function makeKey(kind: string): KeyObject {
  const make = KEYS[kind];
  if (make === undefined) throw new TypeError(`no keys of kind ${kind} are made here`);
  return make();
}
