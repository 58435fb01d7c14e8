import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { encodeSshSignature, signedData } from "../../../src/signatures/ssh/sshsig.ts";
import { wirePositive, wireString, wireUint32 } from "../../../src/signatures/ssh/wire.ts";

/** What an authenticator reports beside its signature. */
export interface Touch {
  readonly flags: number;
  readonly counter: number;
}

export interface SecurityKey {
  readonly blob: Buffer;
  readonly line: string;
  /** The armored signature over a message, as OpenSSH's PROTOCOL.u2f lays it out. */
  sign(message: Uint8Array, touch?: Touch): string;
}

const APPLICATION = "ssh:";
const TOUCHED: Touch = { flags: 0x01, counter: 7 };

/** A FIDO key in software: the same bytes that a hardware key would make. */
export function securityKey(
  type: "sk-ssh-ed25519@openssh.com" | "sk-ecdsa-sha2-nistp256@openssh.com",
): SecurityKey {
  const ed25519 = type === "sk-ssh-ed25519@openssh.com";
  const { privateKey, publicKey } = ed25519
    ? generateKeyPairSync("ed25519")
    : generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const [x1, y1] = [Buffer.from(x, "base64url"), Buffer.from(y, "base64url")];
  const point = ed25519 ? wireString(x1) : wireString(Buffer.concat([Buffer.of(4), x1, y1]));
  const curve = ed25519 ? Buffer.alloc(0) : wireString("nistp256");
  const blob = Buffer.concat([wireString(type), curve, point, wireString(APPLICATION)]);
  return {
    blob,
    line: `${type} ${blob.toString("base64")} key@example`,
    sign(message, touch = TOUCHED) {
      const flagsAndCounter = Buffer.concat([Buffer.of(touch.flags), wireUint32(touch.counter)]);
      const digest = sha256(signedData("git", "sha512", message));
      const data = Buffer.concat([sha256(APPLICATION), flagsAndCounter, digest]);
      const raw = ed25519 ? sign(null, data, privateKey) : signEcdsa(data, privateKey);
      return armor(
        encodeSshSignature({
          publicKey: blob,
          namespace: "git",
          hashAlgorithm: "sha512",
          signatureType: type,
          signature: Buffer.concat([wireString(raw), flagsAndCounter]),
        }),
      );
    },
  };
}

function signEcdsa(data: Buffer, key: KeyObject): Buffer {
  const raw = sign("sha256", data, { key, dsaEncoding: "ieee-p1363" });
  return Buffer.concat([wirePositive(raw.subarray(0, 32)), wirePositive(raw.subarray(32))]);
}

export function armor(blob: Uint8Array): string {
  const base64 =
    Buffer.from(blob)
      .toString("base64")
      .match(/.{1,70}/g) ?? [];
  return `-----BEGIN SSH SIGNATURE-----\n${base64.join("\n")}\n-----END SSH SIGNATURE-----\n`;
}

function sha256(data: Uint8Array | string): Buffer {
  return createHash("sha256").update(data).digest();
}
