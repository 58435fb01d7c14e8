import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeWithTools } from "../../support/tools.ts";
import { DAY } from "../commits/objects.ts";
import { Sandbox } from "../commits/sandbox.ts";
import { authority, issue, pem } from "../x509/builder/certificate.ts";
import { ecdsa, ed25519, rsa, type SigningKey } from "../x509/builder/keys.ts";
import { codeOf, PAYLOAD as X509_PAYLOAD } from "../x509/judge.ts";
import { judgeGitsign, PAYLOAD } from "./judge.ts";
import { assemble, PrivateSigstore, WHO } from "./private-sigstore.ts";
import { PUBLIC_GOOD, partsOf, rootOf } from "./public-good.ts";

interface Case {
  readonly rootJson: string;
  readonly payload: Uint8Array;
  readonly signature: string;
  readonly issuer: string;
  readonly identity: string;
}

describeWithTools(["cmspeer"], "the libraries of smimesign and gitsign", ({ cmspeer }) => {
  let sandbox: Sandbox;

  beforeAll(() => {
    sandbox = new Sandbox();
  });

  afterAll(() => sandbox[Symbol.dispose]());

  describe("sign as smimesign does", () => {
    const now = Date.now();
    const validity = { from: now - DAY, to: now + DAY };
    const root = authority(undefined, validity);
    const sub = authority(root, { name: "sub", ...validity });

    function sign(key: SigningKey): string {
      const alice = issue(sub, { key, ...validity });
      const chain = [alice, sub].map(({ certificate }) => pem(certificate)).join("");
      const exported = key.key.export({ type: "pkcs8", format: "pem" }).toString();
      const files = ["-certificates", sandbox.write("chain", chain), "-key", sandbox.write("key", exported)];
      return sandbox.run(cmspeer, ["sign", ...files], { input: X509_PAYLOAD }).toString();
    }

    it.each<[string, SigningKey]>([
      ["P-256", ecdsa()],
      ["P-384", ecdsa("P-384", "sha384")],
      ["RSA", rsa()],
    ])("and what they made with %s is read", (_, key) => {
      const signature = sign(key);
      const judging = { roots: [root], now: Date.now(), claimed: now };
      expect(codeOf(signature, judging)).toBe("good");
      expect(codeOf(signature, { ...judging, payload: PAYLOAD.subarray(1) })).toBe("BAD_SIGNATURE");
      expect(codeOf(signature, { ...judging, roots: [authority(undefined, validity)] })).toBe(
        "CERTIFICATE_UNTRUSTED",
      );
    });

    it("which they do not with Ed25519", () => {
      expect(() => sign(ed25519())).toThrow();
    });
  });

  describe("judge a signature by gitsign as it is judged here", () => {
    const { commit, ...publicGood } = PUBLIC_GOOD;
    const genuine: Case = { ...publicGood, ...partsOf(commit) };
    const sigstore = new PrivateSigstore();

    /** Whether they accept it, and whether Sluice does. */
    function judge({ rootJson, payload, signature, issuer, identity }: Case): [boolean, boolean] {
      const args = Object.entries({ root: rootJson, payload, signature }).flatMap(([name, content]) => [
        `-${name}`,
        sandbox.write(name, content),
      ]);
      const said = sandbox
        .run(cmspeer, ["verify", "-issuer", issuer, "-identity", identity, ...args])
        .toString();
      const verdict = judgeGitsign(signature, rootOf(rootJson), Date.now(), payload);
      return [JSON.parse(said).ok, verdict.ok && verdict.issuer === issuer && verdict.identity === identity];
    }

    const [YES, NO] = [
      [true, true],
      [false, false],
    ];

    it("that was logged in public", () => {
      expect(judge(genuine)).toEqual(YES);
      expect(judge({ ...genuine, payload: Buffer.from("other") })).toEqual(NO);
      expect(judge({ ...genuine, identity: "billy@chainguard" })).toEqual(NO);
      expect(judge({ ...genuine, issuer: "https://accounts.google" })).toEqual(NO);
    });

    it("that was logged in private", async () => {
      const rootJson = await sigstore.rootJson();
      const judgeHere = (signature: string, parts: Partial<Case> = {}) =>
        judge({ rootJson, payload: PAYLOAD, signature, ...WHO, ...parts });
      const [signed, other] = [await sigstore.signApart(PAYLOAD), await sigstore.signApart(PAYLOAD)];
      expect(judgeHere(assemble(signed))).toEqual(YES);
      expect(judgeHere(assemble(signed), { rootJson: PUBLIC_GOOD.rootJson })).toEqual(NO);
      expect(judgeHere(assemble({ ...signed, entry: other.entry }))).toEqual(NO);
      const late = { certifiedAt: sigstore.now, loggedAt: sigstore.now + DAY / 2 };
      expect(judgeHere(await sigstore.sign(PAYLOAD, late))).toEqual(NO);
      expect(judgeHere(await sigstore.sign(PAYLOAD, { withTimestamp: false }))).toEqual(NO);
    });
  });
});
