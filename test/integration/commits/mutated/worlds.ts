// Who signs the commits that are then changed, by each scheme; and how git and we are told whom to trust.

import type { KeyObject } from "node:crypto";
import { signSsh, toSshKeyLine } from "../../../../src/signatures/index.ts";
import { type CommitCode, compileTrust, type Trust, trustKeyFiles } from "../../../../src/trust/index.ts";
import { Authority, KEYS, signCertified } from "../../ssh/authority.ts";
import {
  alternativeNames,
  authority,
  type Issued,
  issue,
  keyUsage,
  pem,
} from "../../x509/builder/certificate.ts";
import { signCms } from "../../x509/builder/cms.ts";
import { rsa } from "../../x509/builder/keys.ts";
import { NO_AUTHORITIES, x509Authority, x509Key } from "../authorities.ts";
import { Gpg } from "../gpg.ts";
import { trustMaterial } from "../material.ts";
import { DAY, HOUR } from "../objects.ts";
import { type KeyPair, openpgpKey, openpgpSign } from "../openpgp-keys.ts";
import type { Sandbox } from "../sandbox.ts";

export type Sign = (payload: Buffer) => string | Promise<string>;

export interface World {
  /** By what is to be said of the signer; most of them are trusted. */
  readonly signers: Readonly<Record<string, Sign>>;
  /** What we say of a commit of the last hour by each of them; null where it is good. */
  readonly expected: readonly (CommitCode | null)[];
  readonly trust: Trust;
}

/** Configures git in the sandbox, and answers who signs. */
export type MakeWorld = (sandbox: Sandbox, now: number) => Promise<World>;

export const sshWorld: MakeWorld = async (sandbox) => {
  const ca = new Authority(sandbox, "ca");
  const keys = new Map<string, KeyObject>();
  const key = (name: string, kind: keyof typeof KEYS = "ed25519"): KeyObject => {
    const made = keys.get(name) ?? KEYS[kind]?.();
    if (made === undefined) throw new TypeError(`no kind of key ${kind}`);
    keys.set(name, made);
    return made;
  };
  const plain = (name: string, kind?: keyof typeof KEYS): Sign => {
    const signing = key(name, kind);
    return (payload) => signSsh(payload, signing);
  };
  const certified = (name: string, request: Parameters<Authority["certificate"]>[1]): Sign => {
    const signing = key(name);
    const certificate = ca.certificate(signing, request);
    return (payload) => signCertified(signing, certificate, payload);
  };
  const signers = {
    ed25519: plain("ed25519"),
    p256: plain("p256", "p256"),
    p521: plain("p521", "p521"),
    rsa: plain("rsa", "rsa"),
    "in a window": plain("windowed"),
    "with two lines": plain("twice"),
    "a stranger": plain("stranger"),
    "for files": plain("files"),
    "over a file": (payload: Buffer) => signSsh(payload, key("ed25519"), "file"),
    "a certificate": certified("certified", { principals: ["frank"] }),
    "a certificate of another": certified("certified", { principals: ["mallory"] }),
    "an old certificate": certified("certified", { principals: ["frank"], validity: "20200101Z:20210101Z" }),
  };
  const line = (name: string, options: string): string => `${name} ${options} ${toSshKeyLine(key(name))}\n`;
  const allowed = [
    "# who may sign\n\n",
    line("ed25519", 'namespaces="git"'),
    line("p256", 'namespaces="file,git"'),
    line("p521", 'valid-after="20200101"'),
    `rsa@bank.example,!mallory@bank.example ${toSshKeyLine(key("rsa"))} a comment\n`,
    line("windowed", 'valid-after="20250101Z",valid-before="20260101Z"'),
    line("twice", 'valid-before="20250601Z"'),
    line("twice", 'valid-after="20250501Z",namespaces="g?t"'),
    line("files", 'namespaces="file"'),
    `frank cert-authority ${ca.line}\n`,
  ].join("");
  sandbox.git("config", "gpg.format", "ssh");
  sandbox.git("config", "gpg.ssh.allowedSignersFile", sandbox.write("allowed_signers", allowed));
  const files = [{ origin: "allowed_signers", bytes: Buffer.from(allowed) }];
  const { trust } = await trustKeyFiles({ allowedSigners: files, openpgpKeys: [] });
  return {
    signers,
    trust,
    expected: [
      ...[null, null, null, null, "KEY_EXPIRED", null, "UNKNOWN_KEY", "UNKNOWN_KEY", "WRONG_NAMESPACE"],
      ...[null, "PRINCIPAL_NOT_ALLOWED", "KEY_EXPIRED"],
    ] as const,
  };
};

export const openpgpWorld: MakeWorld = async (sandbox, now) => {
  const born = new Date(now - 400 * DAY);
  const keys: Record<string, KeyPair> = {
    good: await openpgpKey({ date: born }),
    rsa: await openpgpKey({ date: born, type: "rsa", rsaBits: 2048 }),
    subkey: await openpgpKey({ date: born, subkeys: [{ sign: true }] }),
    expired: await openpgpKey({ date: born, keyExpirationTime: (200 * DAY) / 1000 }),
    young: await openpgpKey({ date: new Date(now - 10 * DAY) }),
    stranger: await openpgpKey({ date: born }),
  };
  const by = (name: string, at: number, text = false): Sign => {
    const { privateKey } = keys[name] ?? {};
    if (privateKey === undefined) throw new TypeError(`no key ${name}`);
    return (payload) => openpgpSign(payload, privateKey, { at, text });
  };
  const signers = {
    good: by("good", now - HOUR),
    rsa: by("rsa", now - HOUR),
    "a subkey": by("subkey", now - HOUR),
    "as text": by("good", now - HOUR, true),
    "in the future": by("good", now + 30 * DAY),
    "while not expired": by("expired", now - 300 * DAY),
    young: by("young", now - 5 * DAY),
    "a stranger": by("stranger", now - HOUR),
  };
  const gpg = new Gpg(sandbox);
  const trusted = Object.entries(keys).filter(([name]) => name !== "stranger");
  const armored = trusted.map(([, { publicKey }]) => publicKey.armor()).join("\n");
  gpg.run(["--batch", "--import"], { input: armored });
  const files = [{ origin: "keys", bytes: Buffer.from(armored) }];
  const { trust } = await trustKeyFiles({ allowedSigners: [], openpgpKeys: files });
  return {
    signers,
    trust,
    expected: [null, null, null, null, "SIGNATURE_IN_FUTURE", "KEY_EXPIRED", null, "UNKNOWN_KEY"],
  };
};

export const x509World: MakeWorld = async (sandbox, now) => {
  const [from, to] = [now - 30 * DAY, now + 30 * DAY];
  const root = authority(undefined, { from, to, key: rsa() });
  const other = authority(undefined, { from, to, name: "other" });
  const email = "alice@bank.example";
  const person = (issuer: Issued, parts: Parameters<typeof issue>[1] = {}): Issued =>
    issue(issuer, { from, to, extensions: [keyUsage(0), alternativeNames(["email", email])], ...parts });
  const by = (issued: Issued, issuer: Issued, signingTime = now - HOUR): Sign => {
    return (payload) => signCms(payload, issued, issuer, { signingTime });
  };
  const alice = person(root);
  const signers = {
    "P-256": by(alice, root),
    RSA: by(person(root, { key: rsa() }), root),
    "an expired certificate": by(person(root, { to: now - DAY }), root, now - 2 * DAY),
    "before the certificate": by(person(root, { from: now - DAY }), root, now - 2 * DAY),
    "a key that is not for signing": by(
      person(root, { extensions: [keyUsage(2), alternativeNames(["email", email])] }),
      root,
    ),
    "another authority": by(person(other), other),
  };
  sandbox.git("config", "gpg.format", "x509");
  sandbox.write("g/gpgsm.conf", "disable-crl-checks\ndisable-dirmngr\n");
  const file = sandbox.write("root.pem", pem(root.certificate));
  sandbox.run("gpgsm", ["--batch", "--quiet", "--import", file]);
  const fingerprint = sandbox.run("openssl", ["x509", "-in", file, "-noout", "-fingerprint", "-sha1"]);
  sandbox.write("g/trustlist.txt", `${fingerprint.toString().trim().replace(/^.*=/, "")} S relax\n`);
  const authorities = { ...NO_AUTHORITIES, x509: [x509Authority("bank-ca", [root])] };
  return {
    signers,
    trust: await compileTrust(trustMaterial([x509Key(email)], { authorities })),
    expected: [
      ...[null, null, "KEY_EXPIRED", "KEY_NOT_YET_VALID", "KEY_NOT_FOR_SIGNING", "CERTIFICATE_UNTRUSTED"],
    ] as const,
  };
};
