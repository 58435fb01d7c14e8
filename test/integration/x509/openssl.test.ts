import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseX509Authorities, parseX509RevocationLists } from "../../../src/signatures/x509/material.ts";
import { describeWithTools } from "../../support/tools.ts";
import { Sandbox } from "../commits/sandbox.ts";
import { PAYLOAD, verifyArmored } from "./judge.ts";
import { mailOf, Openssl, type Person } from "./openssl.ts";

const DAY = 24 * 60 * 60 * 1000;

describeWithTools(["openssl", "time"], "signatures that openssl made", () => {
  let sandbox: Sandbox;
  let openssl: Openssl;
  let alice: Person;

  beforeAll(() => {
    sandbox = new Sandbox();
    openssl = new Openssl(sandbox);
    alice = openssl.issue("alice");
  });

  afterAll(() => sandbox[Symbol.dispose]());

  function judge(armored: string, { at = Date.now() + 1000, lists = "", ca = openssl.ca } = {}) {
    const roots = parseX509Authorities(readFileSync(ca.certificate, "utf8"));
    const parsed = lists === "" ? undefined : parseX509RevocationLists(lists);
    if (!roots.ok || parsed?.ok === false) throw new Error("openssl wrote what cannot be read");
    const trust = {
      name: "bank",
      roots: roots.value,
      intermediates: [],
      revocationLists: parsed?.value ?? [],
    };
    return verifyArmored(PAYLOAD, armored, trust, { now: at, claimed: at });
  }

  const codeOf = (...args: Parameters<typeof judge>): string => {
    const verdict = judge(...args);
    return verdict.ok ? "good" : verdict.code;
  };

  it.each<[string, readonly string[], string]>([
    ["RSA", ["rsa:2048"], "good"],
    ["RSA, 1024 bits", ["rsa:1024"], "WEAK_ALGORITHM"],
    ["P-256", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "good"],
    ["P-384", ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"], "good"],
    ["P-521", ["ec", "-pkeyopt", "ec_paramgen_curve:P-521"], "good"],
    ["brainpool", ["ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"], "UNSUPPORTED_ALGORITHM"],
  ])("with a key of the kind %s", (name, algorithm, expected) => {
    const person = openssl.issue(name.replaceAll(/\W/g, ""), { algorithm });
    expect(codeOf(openssl.sign(PAYLOAD, person))).toBe(expected);
  });

  it.each<[string, readonly string[], string]>([
    ["as it does by itself", [], "good"],
    ["over SHA-512", ["-md", "sha512"], "good"],
    ["over SHA-1", ["-md", "sha1"], "WEAK_ALGORITHM"],
    ["over SHA3-256", ["-md", "sha3-256"], "UNSUPPORTED_ALGORITHM"],
    ["with RSASSA-PSS", ["-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:digest"], "good"],
    [
      "with RSASSA-PSS and a short salt",
      ["-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:20"],
      "UNSUPPORTED_ALGORITHM",
    ],
    ["naming the key by its identifier", ["-keyid"], "good"],
    ["without signed attributes", ["-noattr"], "MALFORMED_SIGNATURE"],
    ["without certificates", ["-nocerts"], "CERTIFICATE_MISSING"],
    ["with the content inside", ["-nodetach"], "MALFORMED_SIGNATURE"],
    ["with the content inside, in BER", ["-nodetach", "-stream"], "MALFORMED_SIGNATURE"],
  ])("%s", (_, args, expected) => {
    expect(codeOf(openssl.sign(PAYLOAD, alice, args))).toBe(expected);
  });

  it("names whom openssl names", () => {
    const verdict = judge(openssl.sign(PAYLOAD, alice));
    const printed = (option: string) =>
      openssl.run(["x509", "-in", alice.certificate, "-noout", option, "-sha256"]).toString();
    expect(verdict).toMatchObject({
      ok: true,
      signer: { subject: "O=Bank, CN=alice", emails: ["alice@bank.example"] },
    });
    const fingerprint = printed("-fingerprint")
      .replaceAll(/^.*=|:|\n/g, "")
      .toLowerCase();
    expect(verdict.signer?.fingerprint).toBe(fingerprint);
    expect(printed("-serial").toLowerCase()).toContain(verdict.signer?.serialNumber.replace(/^00/, ""));
  });

  it("takes the address in the subject only where there is no other name", () => {
    const subject = "/CN=carol/emailAddress=carol@bank.example";
    const old = openssl.issue("carol", { subject, extensions: ["keyUsage=digitalSignature"] });
    const both = openssl.issue("dave", { subject });
    const emailsOf = (person: Person) => judge(openssl.sign(PAYLOAD, person)).signer?.emails;
    expect(emailsOf(old)).toEqual(["carol@bank.example"]);
    expect(emailsOf(both)).toEqual(["dave@bank.example"]);
  });

  it("are not those of several signers", () => {
    const bob = openssl.issue("bob");
    const two = openssl.sign(PAYLOAD, alice, ["-signer", bob.certificate, "-inkey", bob.key]);
    expect(codeOf(two)).toBe("MALFORMED_SIGNATURE");
    expect(codeOf(openssl.sign(PAYLOAD, bob))).toBe("good");
  });

  it("are refused with a certificate for something else, by somebody else, or of another time", () => {
    const server = openssl.issue("server", { extensions: ["extendedKeyUsage=serverAuth"] });
    const limited = openssl.issue("limited", {
      extensions: [...mailOf("limited"), "policyConstraints=critical,requireExplicitPolicy:3"],
    });
    const other = new Openssl(sandbox, "other");
    expect(codeOf(openssl.sign(PAYLOAD, server))).toBe("KEY_NOT_FOR_SIGNING");
    expect(codeOf(openssl.sign(PAYLOAD, limited))).toBe("CERTIFICATE_UNSUPPORTED");
    expect(codeOf(openssl.sign(PAYLOAD, other.issue("eve")))).toBe("CERTIFICATE_UNTRUSTED");
    expect(codeOf(openssl.sign(PAYLOAD, alice), { at: Date.now() + 11 * DAY })).toBe("KEY_EXPIRED");
    expect(codeOf(openssl.sign(PAYLOAD, alice), { at: Date.now() - DAY / 2 })).toBe("KEY_NOT_YET_VALID");
  });

  it("are refused once openssl's list has the certificate", () => {
    const index = sandbox.write("index.txt", "");
    const config = `[ca]\ndefault_ca=this\n[this]\ndatabase=${index}\ndefault_md=sha256\ndefault_crl_days=7\n`;
    const common = [
      "-config",
      sandbox.write("ca.cnf", config),
      "-keyfile",
      openssl.ca.key,
      "-cert",
      openssl.ca.certificate,
    ];
    const list = () => openssl.run(["ca", ...common, "-gencrl"]).toString();
    const frank = openssl.issue("frank");
    const signed = openssl.sign(PAYLOAD, frank);
    expect(codeOf(signed, { lists: list() })).toBe("good");
    openssl.run(["ca", ...common, "-revoke", frank.certificate]);
    expect(codeOf(signed, { lists: list() })).toBe("KEY_REVOKED");
    expect(codeOf(openssl.sign(PAYLOAD, alice), { lists: list() })).toBe("good");
    expect(codeOf(openssl.sign(PAYLOAD, alice), { lists: list(), at: Date.now() + 8 * DAY })).toBe(
      "REVOCATION_UNKNOWN",
    );
  });
});
