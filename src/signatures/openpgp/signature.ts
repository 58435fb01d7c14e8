import { enums, SignaturePacket } from "openpgp";
import { type Judged, passed, refused } from "../../refusal.ts";
import { hashWeakness } from "./algorithms.ts";
import { decodeArmor, SIGNATURE_LABEL } from "./armor.ts";
import { PACKET, splitPackets } from "./packets.ts";

type Code = "MALFORMED_SIGNATURE" | "UNSUPPORTED_ALGORITHM" | "WEAK_ALGORITHM";

export interface OpenpgpSignature {
  readonly packet: SignaturePacket;
  /** Lower-case hexadecimal; may have been written by anybody, and only selects candidates. */
  readonly keyId: string;
  /** Upper-case hexadecimal; undefined where the signer left it out. */
  readonly fingerprint: string | undefined;
  /** From the hashed area, which the signature covers. */
  readonly createdAt: number;
  /** Infinity where the signature does not expire. */
  readonly expiresAt: number;
}

/** Parses a detached signature: armor around exactly one signature packet, over data, with a strong hash. */
export function parseOpenpgpSignature(armored: string): Judged<OpenpgpSignature, Code> {
  const bytes = decodeArmor(armored, SIGNATURE_LABEL);
  const packets = bytes === undefined ? undefined : splitPackets(bytes);
  if (packets === undefined) return refuse("MALFORMED_SIGNATURE", "not the armor of an OpenPGP signature");
  const [only, another] = packets;
  if (only === undefined || another !== undefined || only.type !== PACKET.signature) {
    return refuse("MALFORMED_SIGNATURE", `${packets.length} packets, expected one signature`);
  }
  const unsupported = findUnsupported(only.body);
  if (unsupported !== undefined) return refuse("UNSUPPORTED_ALGORITHM", unsupported);
  const packet = readPacket(only.body);
  if (packet === undefined) return refuse("MALFORMED_SIGNATURE", "the signature packet cannot be read");
  return judgePacket(packet);
}

const VERSIONS: ReadonlySet<number> = new Set([4, 6]);

const ALGORITHMS: ReadonlySet<number> = new Set([
  enums.publicKey.rsaEncryptSign,
  enums.publicKey.rsaSign,
  enums.publicKey.dsa,
  enums.publicKey.ecdsa,
  enums.publicKey.eddsaLegacy,
  enums.publicKey.ed25519,
  enums.publicKey.ed448,
]);

/** Told apart before parsing: the library's errors have no codes. Octets: version, type, key algorithm. */
function findUnsupported(body: Uint8Array): string | undefined {
  const [version = 0, , algorithm = 0] = body;
  if (!VERSIONS.has(version)) return `a signature of version ${version}, expected 4 or 6`;
  if (!ALGORITHMS.has(algorithm)) return `public key algorithm ${algorithm} is not supported`;
  return undefined;
}

function readPacket(body: Uint8Array): SignaturePacket | undefined {
  const packet = new SignaturePacket();
  try {
    // biome-ignore lint/nursery/noFloatingPromises: other packets give one; a signature is read at once
    packet.read(body);
    return packet;
  } catch {
    return undefined;
  }
}

function judgePacket(packet: SignaturePacket): Judged<OpenpgpSignature, Code> {
  if (packet.created === null) return refuse("MALFORMED_SIGNATURE", "the signature has no creation time");
  if (packet.signatureType !== enums.signature.binary && packet.signatureType !== enums.signature.text) {
    return refuse("MALFORMED_SIGNATURE", `signature type ${packet.signatureType} is not one over data`);
  }
  const weakness = hashWeakness(packet.hashAlgorithm);
  if (weakness !== undefined) return refuse(weakness.code, weakness.message);
  if ([...packet.unknownSubpackets, ...packet.rawNotations].some(({ critical }) => critical)) {
    return refuse("UNSUPPORTED_ALGORITHM", "the signature depends on something that is not understood here");
  }
  return passed({
    packet,
    keyId: packet.issuerKeyID.toHex(),
    fingerprint:
      packet.issuerFingerprint === null
        ? undefined
        : Buffer.from(packet.issuerFingerprint).toString("hex").toUpperCase(),
    createdAt: packet.created.getTime(),
    expiresAt: Number(packet.getExpirationTime()),
  });
}

function refuse(code: Code, message: string): ReturnType<typeof refused<Code>> {
  return refused({
    code,
    subject: "OpenPGP signature",
    message,
    remedy: "sign the commit again with git and gpg",
  });
}
