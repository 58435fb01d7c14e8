import {
  type AnyKeyPacket,
  enums,
  type Key,
  readKey,
  SignaturePacket,
  type Subkey,
  type User,
} from "openpgp";
import { hashWeakness, keyWeakness, libraryConfig } from "./algorithms.ts";
import type { Certificate, Component, Revocation, Statement, Subject } from "./certificate.ts";

/**
 * Reads one transferable public key and checks its self-signatures, once: their mathematics does not
 * depend on time, what follows from them does (see `judgeKey`). Throws whatever the library throws for
 * bytes that are not a key.
 */
export async function readCertificate(bytes: Uint8Array): Promise<Certificate> {
  const key = await readKey({ binaryKey: bytes, config: libraryConfig });
  const primary = key.keyPacket;
  const revokers = designatedRevokers(key);
  const revocationsOf = (signatures: readonly SignaturePacket[]): Revocation[] =>
    signatures.filter((each) => countsAsRevocation(each, primary, revokers)).map(toRevocation);
  return {
    userIds: key.getUserIDs(),
    primary: {
      ...describe(primary),
      subjects: await readSubjects(key, revocationsOf),
      revocations: revocationsOf(key.revocationSignatures),
    },
    subkeys: await Promise.all(
      key.subkeys.map(async (subkey) => ({
        ...describe(subkey.keyPacket),
        subjects: [
          { kind: "key" as const, id: "", statements: await readBindings(subkey, primary), revocations: [] },
        ],
        revocations: revocationsOf(subkey.revocationSignatures),
      })),
    ),
  };
}

function describe(packet: AnyKeyPacket): Omit<Component, "subjects" | "revocations"> {
  return {
    fingerprint: packet.getFingerprint().toUpperCase(),
    keyId: packet.getKeyID().toHex(),
    createdAt: packet.created.getTime(),
    packet,
    weakness: keyWeakness(packet),
  };
}

type ReadRevocations = (signatures: readonly SignaturePacket[]) => Revocation[];

/** For version 6 keys only what is said about the key as such counts (RFC 9580 section 10.1.1). */
async function readSubjects(key: Key, revocationsOf: ReadRevocations): Promise<Subject[]> {
  const primary = key.keyPacket;
  const onKey = key.toPacketList().filter(isDirectKeySignature);
  const direct = await readStatements(onKey, primary, enums.signature.key, { key: primary });
  const subjects = [{ kind: "key" as const, id: "", statements: direct, revocations: [] }];
  if (primary.version === 6) return subjects;
  const users = key.users.filter((user) => user.userID !== null);
  return [...subjects, ...(await Promise.all(users.map((user) => readUser(user, primary, revocationsOf))))];
}

function isDirectKeySignature(packet: unknown): packet is SignaturePacket {
  return packet instanceof SignaturePacket && packet.signatureType === enums.signature.key;
}

async function readUser(user: User, primary: AnyKeyPacket, revocationsOf: ReadRevocations): Promise<Subject> {
  const about = { userID: user.userID, key: primary };
  // All four kinds of certification hash the same bytes.
  const kind = enums.signature.certGeneric;
  return {
    kind: "user id",
    id: user.userID?.userID ?? "",
    statements: await readStatements(user.selfCertifications, primary, kind, about),
    revocations: revocationsOf(user.revocationSignatures),
  };
}

async function readStatements(
  signatures: readonly SignaturePacket[],
  primary: AnyKeyPacket,
  kind: enums.signature,
  about: object,
): Promise<Statement[]> {
  const statements = signatures.map(async (signature) => {
    if (!(await isGood(signature, primary, kind, about))) return [];
    return [toStatement(signature, primary, maySignData(signature))];
  });
  return (await Promise.all(statements)).flat();
}

/** A signing subkey counts only with a back signature: its own word that it belongs to this primary key. */
async function readBindings(subkey: Subkey, primary: AnyKeyPacket): Promise<Statement[]> {
  const about = { key: primary, bind: subkey.keyPacket };
  const statements = subkey.bindingSignatures.map(async (binding) => {
    if (!(await isGood(binding, primary, enums.signature.subkeyBinding, about))) return [];
    const back = binding.embeddedSignature;
    const backed =
      back?.signatureType === enums.signature.keyBinding &&
      (await isGood(back, subkey.keyPacket, enums.signature.keyBinding, about));
    const statement = toStatement(binding, subkey.keyPacket, backed && maySignData(binding) === true);
    const backExpiresAt = back === null ? Number.POSITIVE_INFINITY : Number(back.getExpirationTime());
    return [{ ...statement, expiresAt: Math.min(statement.expiresAt, backExpiresAt) }];
  });
  return (await Promise.all(statements)).flat();
}

async function isGood(
  signature: SignaturePacket,
  by: AnyKeyPacket,
  kind: enums.signature,
  about: object,
): Promise<boolean> {
  if (signature.created === null || hashWeakness(signature.hashAlgorithm) !== undefined) return false;
  if (signature.version !== by.version) return false;
  try {
    await signature.verify(by, kind, about, signature.created, false, libraryConfig);
    return true;
  } catch {
    return false;
  }
}

function toStatement(signature: SignaturePacket, key: AnyKeyPacket, maySign: boolean | undefined): Statement {
  const lifetime =
    signature.keyNeverExpires === false ? (signature.keyExpirationTime ?? 0) : Number.POSITIVE_INFINITY;
  return {
    createdAt: Number(signature.created),
    expiresAt: Number(signature.getExpirationTime()),
    keyExpiresAt: key.created.getTime() + lifetime * 1000,
    maySign,
  };
}

function maySignData({ keyFlags }: SignaturePacket): boolean | undefined {
  return keyFlags === null ? undefined : ((keyFlags[0] ?? 0) & enums.keyFlags.signData) !== 0;
}

/** Key ids of those whom the owner allowed to revoke (RFC 9580 section 5.2.3.23). */
function designatedRevokers(key: Key): ReadonlySet<string> {
  const signatures = key.toPacketList().filter((packet) => packet instanceof SignaturePacket);
  return new Set(
    signatures.flatMap(({ revocationKeyFingerprint }) =>
      revocationKeyFingerprint === null
        ? []
        : [Buffer.from(revocationKeyFingerprint.slice(-8)).toString("hex")],
    ),
  );
}

/**
 * A revocation counts by whom it names, without being checked: to overlook one because its hash is old,
 * or because the revoker's key is not at hand, would open what the owner closed. What comes with a key
 * was put there by the operator, or by gpg, which drops revocations that are not genuine.
 */
function countsAsRevocation(
  { issuerKeyID }: SignaturePacket,
  primary: AnyKeyPacket,
  revokers: ReadonlySet<string>,
): boolean {
  return issuerKeyID.equals(primary.getKeyID()) || revokers.has(issuerKeyID.toHex());
}

const SOFT_REASONS: ReadonlySet<number> = new Set([
  enums.reasonForRevocation.keySuperseded,
  enums.reasonForRevocation.keyRetired,
  enums.reasonForRevocation.userIDInvalid,
]);

function toRevocation({ created, reasonForRevocationFlag }: SignaturePacket): Revocation {
  const soft = reasonForRevocationFlag !== null && SOFT_REASONS.has(reasonForRevocationFlag);
  return { createdAt: Number(created), hard: !soft };
}
