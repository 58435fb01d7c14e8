import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseCertificate } from "../../../src/signatures/x509/certificate.ts";
import { TAG } from "../../../src/signatures/x509/der.ts";
import type { Sandbox } from "../commits/sandbox.ts";
import type { Issued } from "./builder/certificate.ts";
import { der } from "./builder/der.ts";
import { rsaKey } from "./builder/keys.ts";

export interface Person {
  readonly name: string;
  /** Paths of PEM files. */
  readonly certificate: string;
  readonly key: string;
}

interface Request {
  readonly algorithm?: readonly string[];
  /** Lines of an extension section. */
  readonly extensions?: readonly string[];
  readonly days?: number;
  readonly subject?: string;
}

export const RSA = ["rsa:2048"];

/** A certificate authority of real openssl, with its files in a sandbox. */
export class Openssl {
  readonly #sandbox: Sandbox;
  readonly ca: Person;

  constructor(sandbox: Sandbox, name = "ca") {
    this.#sandbox = sandbox;
    this.ca = this.#files(name);
    const extensions = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"];
    const added = extensions.flatMap((line) => ["-addext", line]);
    const outputs = ["-keyout", this.ca.key, "-out", this.ca.certificate];
    this.run([
      "req",
      "-x509",
      "-nodes",
      "-days",
      "30",
      "-newkey",
      ...RSA,
      "-subj",
      `/O=Bank/CN=${name}`,
      ...added,
      ...outputs,
    ]);
  }

  /** The authority, for certificates that openssl does not make. */
  issuer(): Issued {
    const { raw, subject, serialNumber } = parseCertificate(
      this.run(["x509", "-in", this.ca.certificate, "-outform", "DER"]),
    );
    const key = rsaKey(createPrivateKey(readFileSync(this.ca.key)));
    return { certificate: raw, key, name: subject.raw, serialNumber: der(TAG.integer, serialNumber) };
  }

  run(args: readonly string[], input?: string | Uint8Array): Buffer {
    return this.#sandbox.run("openssl", args, input === undefined ? {} : { input });
  }

  /** Makes a key and has it certified. */
  issue(
    name: string,
    { algorithm = RSA, extensions = mailOf(name), days = 10, subject }: Request = {},
  ): Person {
    const person = this.#files(name);
    const subj = subject ?? `/O=Bank/CN=${name}`;
    const request = this.run([
      "req",
      "-new",
      "-nodes",
      "-newkey",
      ...algorithm,
      "-subj",
      subj,
      "-keyout",
      person.key,
    ]);
    const section = this.#sandbox.write(`${name}.ext`, `${extensions.join("\n")}\n`);
    const issuer = ["-CA", this.ca.certificate, "-CAkey", this.ca.key, "-CAcreateserial"];
    const validity = ["-days", String(days), "-extfile", section];
    this.run(["x509", "-req", ...issuer, ...validity, "-out", person.certificate], request);
    return person;
  }

  /** An armored signature by `openssl cms`, detached and in DER unless `args` say otherwise. */
  sign(payload: Uint8Array, { certificate, key }: Person, args: readonly string[] = []): string {
    const signer = ["-signer", certificate, "-inkey", key];
    const pem = this.run(
      ["cms", "-sign", "-binary", "-outform", "PEM", ...signer, ...args],
      payload,
    ).toString();
    return pem
      .replaceAll("-----BEGIN CMS-----", "-----BEGIN SIGNED MESSAGE-----")
      .replaceAll("-----END CMS-----", "-----END SIGNED MESSAGE-----");
  }

  #files(name: string): Person {
    const path = (suffix: string) => this.#sandbox.path(`${name}.${suffix}`);
    return { name, certificate: path("crt"), key: path("key") };
  }
}

export function mailOf(name: string): string[] {
  return [
    "basicConstraints=CA:FALSE",
    "keyUsage=critical,digitalSignature",
    "extendedKeyUsage=emailProtection",
    `subjectAltName=email:${name}@bank.example`,
    "subjectKeyIdentifier=hash",
    "authorityKeyIdentifier=keyid",
  ];
}
