import type { ParsedKey, utils } from "ssh2";
import { MalformedWire, WireReader } from "../../../signatures/ssh/wire.ts";
import { parseSshPublicKey } from "../../../signatures/ssh/public-key.ts";
import { GitError } from "../../error.ts";
import { isPlainKeyType } from "./algorithms.ts";

const ENVELOPE =
  /^-----BEGIN OPENSSH PRIVATE KEY-----\s+([A-Za-z0-9+/=\s]+)\s-----END OPENSSH PRIVATE KEY-----$/;
const MAGIC = "openssh-key-v1\0";
const MAX_BYTES = 16_384;
/** `ssh-keygen` makes 16 or 24; each costs some milliseconds, in which nothing else goes on. */
const MAX_ROUNDS = 64;

/**
 * Parses a private key in OpenSSH's format (PROTOCOL.key), decrypting it where it is encrypted. Throws
 * BAD_CREDENTIALS, with no word of what is in it.
 */
export function parseIdentity(
  parseKey: typeof utils.parseKey,
  identity: string,
  passphrase: string | undefined,
): ParsedKey {
  const envelope = readEnvelope(identity);
  if (envelope.encrypted && passphrase === undefined)
    throw unusable("it is encrypted, and there is no passphrase");
  if (envelope.rounds > MAX_ROUNDS) throw unusable(`its passphrase takes more than ${MAX_ROUNDS} rounds`);
  const parsed = parseKey(identity, envelope.encrypted ? passphrase : undefined);
  const [key] = Array.isArray(parsed) ? parsed : [parsed];
  if (key === undefined || key instanceof Error || !key.isPrivateKey()) {
    throw unusable(envelope.encrypted ? "the passphrase is another, or it is damaged" : "it is damaged");
  }
  const judged = parseSshPublicKey(key.getPublicSSH());
  if (!judged.ok) throw unusable(judged.refusals[0].message);
  if (!isPlainKeyType(judged.value.type)) throw unusable(`${judged.value.type} keys are not supported`);
  return key;
}

function readEnvelope(identity: string): { encrypted: boolean; rounds: number } {
  const body = identity.length > MAX_BYTES ? undefined : ENVELOPE.exec(identity.trim())?.[1];
  if (body === undefined) throw unusable("it is not in OpenSSH's format");
  try {
    const reader = new WireReader(Buffer.from(body, "base64"));
    if (reader.raw(MAGIC.length).toString("latin1") !== MAGIC)
      throw unusable("it is not in OpenSSH's format");
    const encrypted = reader.text() !== "none";
    const derivation = reader.text();
    const options = new WireReader(reader.string());
    if (reader.uint32() !== 1) throw unusable("it has more than one key, or none");
    if (!encrypted) return { encrypted, rounds: 0 };
    if (derivation !== "bcrypt") throw unusable("it is encrypted in an unknown way");
    options.string();
    return { encrypted, rounds: options.uint32() };
  } catch (error) {
    if (error instanceof MalformedWire) throw unusable("it is damaged");
    throw error;
  }
}

function unusable(found: string): GitError {
  return new GitError("BAD_CREDENTIALS", `the private key for ssh cannot be used: ${found}`, {
    remedy:
      "make one with `ssh-keygen -t ed25519`; `ssh-keygen -p` rewrites an older one in OpenSSH's format",
  });
}
