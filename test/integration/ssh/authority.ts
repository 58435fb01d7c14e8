import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { signSsh, toSshKeyLine } from "../../../src/signatures/index.ts";
import { encodeSshSignature, parseSshSignature } from "../../../src/signatures/ssh/sshsig.ts";
import type { Sandbox } from "../commits/sandbox.ts";
import { armor } from "../commits/security-key.ts";

export const MESSAGE = Buffer.from("tree 4b825dc\n\nmessage\n");

/** Kinds of keys that can be made and used without hardware. */
export const KEYS: Readonly<Record<string, () => KeyObject>> = {
  ed25519: () => generateKeyPairSync("ed25519").privateKey,
  p256: () => generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey,
  p384: () => generateKeyPairSync("ec", { namedCurve: "secp384r1" }).privateKey,
  p521: () => generateKeyPairSync("ec", { namedCurve: "secp521r1" }).privateKey,
  rsa: () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
};

/** What `ssh-keygen -s` is asked for. */
export interface Request {
  /** None: a certificate without principals. */
  readonly principals?: readonly string[];
  /** As `-V` takes it. */
  readonly validity?: string;
  readonly options?: readonly string[];
  readonly serial?: number;
  readonly keyId?: string;
  readonly host?: boolean;
  /** How an RSA authority signs. */
  readonly algorithm?: "ssh-rsa" | "rsa-sha2-256" | "rsa-sha2-512";
}

/** A certificate authority of real ssh-keygen, in a sandbox. */
export class Authority {
  readonly #sandbox: Sandbox;
  readonly #file: string;
  #made = 0;

  constructor(sandbox: Sandbox, name: string, type = "ed25519") {
    this.#sandbox = sandbox;
    this.#file = sandbox.path(name);
    sandbox.run("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", name, "-f", this.#file]);
  }

  /** Its public key, as a line of a `.pub` file. */
  get line(): string {
    return readFileSync(`${this.#file}.pub`, "utf8").trim();
  }

  /** The file of its public key. */
  get publicFile(): string {
    return `${this.#file}.pub`;
  }

  /** Makes a certificate; answers its file, in the format of a `.pub` file. */
  certify(keyLine: string, request: Request = {}): string {
    const { principals = [], validity = "always:forever", options = [], serial = 0, keyId = "id" } = request;
    const name = `${this.#file}-${this.#made}`;
    this.#made += 1;
    this.#sandbox.write(`${name.slice(this.#sandbox.dir.length + 1)}.pub`, `${keyLine}\n`);
    this.#sandbox.run("ssh-keygen", [
      ...["-q", "-s", this.#file, "-I", keyId, "-z", String(serial), "-V", validity],
      ...(principals.length > 0 ? ["-n", principals.join(",")] : []),
      ...(request.host === true ? ["-h"] : []),
      ...(request.algorithm === undefined ? [] : ["-t", request.algorithm]),
      ...options.flatMap((option) => ["-O", option]),
      `${name}.pub`,
    ]);
    return `${name}-cert.pub`;
  }

  /** As {@link certify}; answers the certificate in wire form. */
  certificate(key: KeyObject, request: Request = {}): Buffer {
    return readBlob(this.certify(toSshKeyLine(key), request));
  }
}

/** The key or certificate of a `.pub` file in wire form. */
export function readBlob(file: string): Buffer {
  const [, base64 = ""] = readFileSync(file, "utf8").split(" ");
  return Buffer.from(base64, "base64");
}

/** An armored signature that shows a certificate in the place of the key. */
export function signCertified(
  key: KeyObject,
  certificate: Uint8Array,
  message: Uint8Array = MESSAGE,
): string {
  return showCertificate(signSsh(message, key), certificate);
}

/** The same signature with another key or certificate put in: what is signed does not name the key. */
export function showCertificate(armored: string, certificate: Uint8Array): string {
  const parsed = parseSshSignature(armored);
  if (!parsed.ok) throw new TypeError(parsed.refusals[0].message);
  return armor(encodeSshSignature({ ...parsed.value, publicKey: certificate }));
}

/** Whether a program ends well. */
export function succeeds(
  sandbox: Sandbox,
  program: string,
  args: readonly string[],
  input: string | Uint8Array = "",
): boolean {
  try {
    sandbox.run(program, args, { input });
    return true;
  } catch {
    return false;
  }
}
