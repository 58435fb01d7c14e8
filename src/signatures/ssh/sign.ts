import { createPublicKey, type KeyObject, sign } from "node:crypto";
import { encodeSshSignature, GIT_NAMESPACE, SSH_ARMOR_LABEL, signedData } from "./sshsig.ts";
import { wirePositive, wireString } from "./wire.ts";

/** Lines as wide as ssh-keygen makes them. */
const ARMOR_LINE = /.{1,70}/g;

/**
 * Signs as `ssh-keygen -Y sign -n git` does, with an Ed25519, ECDSA (P-256, P-384, P-521) or RSA key.
 * Throws TypeError for any other kind: which key signs is the operator's choice, not an input.
 */
export function signSsh(
  message: Uint8Array,
  privateKey: KeyObject,
  namespace: string = GIT_NAMESPACE,
): string {
  const hashAlgorithm = "sha512";
  const { signatureType, hash } = formOf(privateKey);
  const data = signedData(namespace, hashAlgorithm, message);
  const raw = sign(hash, data, { key: privateKey, dsaEncoding: "ieee-p1363" });
  const signature = wireString(signatureType.startsWith("ecdsa-") ? ecdsaBlob(raw) : raw);
  const publicKey = toSshPublicKey(privateKey);
  const blob = encodeSshSignature({ publicKey, namespace, hashAlgorithm, signatureType, signature });
  const lines = blob.toString("base64").match(ARMOR_LINE) ?? [];
  return `-----BEGIN ${SSH_ARMOR_LABEL}-----\n${lines.join("\n")}\n-----END ${SSH_ARMOR_LABEL}-----\n`;
}

/** The public half, as the line of a `.pub` or `allowed_signers` file. */
export function toSshKeyLine(key: KeyObject, comment = ""): string {
  const line = `${formOf(key).keyType} ${toSshPublicKey(key).toString("base64")}`;
  return comment === "" ? line : `${line} ${comment}`;
}

interface KeyForm {
  readonly keyType: string;
  readonly signatureType: string;
  /** Null where the algorithm hashes on its own. */
  readonly hash: "sha256" | "sha384" | "sha512" | null;
}

function formOf(key: KeyObject): KeyForm {
  switch (key.asymmetricKeyType) {
    case "ed25519":
      return { keyType: "ssh-ed25519", signatureType: "ssh-ed25519", hash: null };
    case "rsa":
      return { keyType: "ssh-rsa", signatureType: "rsa-sha2-512", hash: "sha512" };
    case "ec":
      return ecForm(key.asymmetricKeyDetails?.namedCurve);
    default:
      throw new TypeError(`SSH has no keys of type ${key.asymmetricKeyType}`);
  }
}

function ecForm(curve: string | undefined): KeyForm {
  const form = (name: string, hash: KeyForm["hash"]): KeyForm => {
    const type = `ecdsa-sha2-${name}`;
    return { keyType: type, signatureType: type, hash };
  };
  switch (curve) {
    case "prime256v1":
      return form("nistp256", "sha256");
    case "secp384r1":
      return form("nistp384", "sha384");
    case "secp521r1":
      return form("nistp521", "sha512");
    default:
      throw new TypeError(`SSH has no keys on the curve ${curve}`);
  }
}

function toSshPublicKey(key: KeyObject): Buffer {
  const { keyType } = formOf(key);
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  const jwk = publicKey.export({ format: "jwk" });
  const field = (name: "e" | "n" | "x" | "y"): Buffer => Buffer.from(jwk[name] ?? "", "base64url");
  switch (key.asymmetricKeyType) {
    case "ed25519":
      return Buffer.concat([wireString(keyType), wireString(field("x"))]);
    case "rsa":
      return Buffer.concat([wireString(keyType), wirePositive(field("e")), wirePositive(field("n"))]);
    default: {
      const point = Buffer.concat([Buffer.of(0x04), field("x"), field("y")]);
      const curve = keyType.slice("ecdsa-sha2-".length);
      return Buffer.concat([wireString(keyType), wireString(curve), wireString(point)]);
    }
  }
}

function ecdsaBlob(raw: Buffer): Buffer {
  const half = raw.length / 2;
  return Buffer.concat([wirePositive(raw.subarray(0, half)), wirePositive(raw.subarray(half))]);
}
