import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithTools } from "../../support/tools.ts";
import { DAY } from "../commits/objects.ts";
import { Sandbox } from "../commits/sandbox.ts";
import { authority, issue, pem } from "./builder/certificate.ts";
import { ecdsa, ed25519, rsa, type SigningKey } from "./builder/keys.ts";
import { codeOf, PAYLOAD } from "./judge.ts";

describeWithTools(["cmspeer"], "the library of smimesign", ({ cmspeer }) => {
  const now = Date.now();
  const validity = { from: now - DAY, to: now + DAY };
  const root = authority(undefined, validity);
  const sub = authority(root, { name: "sub", ...validity });
  let sandbox: Sandbox;

  beforeAll(() => {
    sandbox = new Sandbox();
  });

  afterAll(() => sandbox[Symbol.dispose]());

  function sign(key: SigningKey): string {
    const alice = issue(sub, { key, ...validity });
    const chain = [alice, sub].map(({ certificate }) => pem(certificate)).join("");
    const exported = key.key.export({ type: "pkcs8", format: "pem" }).toString();
    const files = ["-certificates", sandbox.write("chain", chain), "-key", sandbox.write("key", exported)];
    return sandbox.run(cmspeer, files, { input: PAYLOAD }).toString();
  }

  it.each<[string, SigningKey]>([
    ["P-256", ecdsa()],
    ["P-384", ecdsa("P-384", "sha384")],
    ["RSA", rsa()],
  ])("signs with %s, and that is read", (_, key) => {
    const signature = sign(key);
    const judging = { roots: [root], now: Date.now(), claimed: now };
    expect(codeOf(signature, judging)).toBe("good");
    expect(codeOf(signature, { ...judging, payload: PAYLOAD.subarray(1) })).toBe("BAD_SIGNATURE");
    expect(codeOf(signature, { ...judging, roots: [authority(undefined, validity)] })).toBe(
      "CERTIFICATE_UNTRUSTED",
    );
  });

  it("does not sign with Ed25519", () => {
    expect(() => sign(ed25519())).toThrow();
  });
});
