import { decodeArmor, PRIVATE_KEY_LABEL, PUBLIC_KEY_LABEL } from "./armor.ts";
import { type Certificate, type Component, mergeBy, mergeCertificates } from "./certificate.ts";
import { PACKET, splitPackets } from "./packets.ts";

/** The key and the certificate it is part of. */
export interface Candidate {
  readonly certificate: Certificate;
  readonly component: Component;
}

/** Candidates by key id. Two keys can share one; cryptography decides. */
export type OpenpgpKeyring = ReadonlyMap<string, readonly Candidate[]>;

/** Copies of one certificate are merged, so that a revocation in one of them is never lost. */
export function buildOpenpgpKeyring(certificates: readonly Certificate[]): OpenpgpKeyring {
  const merged = mergeBy(certificates, ({ primary }) => primary.fingerprint, mergeCertificates);
  const candidates = merged.flatMap((certificate) =>
    [certificate.primary, ...certificate.subkeys].map((component) => ({ certificate, component })),
  );
  return Map.groupBy(candidates, ({ component }) => component.keyId);
}

/** What a key file held. A file is unusable as a whole where `problem` is set. */
export interface KeyFile {
  readonly certificates: readonly Certificate[];
  /** Keys that could not be read, in the file's order, and why: an old version, an unknown algorithm. */
  readonly unreadable: readonly string[];
  readonly problem?: KeyFileProblem;
}

export type KeyFileProblem = "NOT_A_KEY" | "PRIVATE_KEY";

/** More than a distribution's whole keyring. */
export const MAX_KEY_FILE_BYTES = 32 * 1024 * 1024;

/** Reads public keys: armored (any number of blocks, text around them ignored) or binary, one or many. */
export async function readKeyFile(bytes: Uint8Array): Promise<KeyFile> {
  const nothing = { certificates: [], unreadable: [] };
  const blocks = bytes.length > MAX_KEY_FILE_BYTES ? undefined : blocksOf(bytes);
  if (blocks === undefined || blocks.length === 0) return { ...nothing, problem: "NOT_A_KEY" };
  const { readCertificate } = await import("./read-certificate.ts");
  const certificates: Certificate[] = [];
  const unreadable: string[] = [];
  for (const block of blocks) {
    const keys = cutKeys(block);
    if (typeof keys === "string") return { ...nothing, problem: keys };
    for (const key of keys) {
      try {
        certificates.push(await readCertificate(key));
      } catch (error) {
        unreadable.push(error instanceof Error ? error.message : String(error));
      }
    }
  }
  return { certificates, unreadable };
}

const BLOCK = /^-----BEGIN PGP (PUBLIC|PRIVATE) KEY BLOCK-----$/;

/** The packet sequences in a file; undefined where armor is broken. */
function blocksOf(bytes: Uint8Array): Uint8Array[] | undefined {
  // Every binary packet begins with a byte above 0x7f, and no text does.
  if ((bytes[0] ?? 0) >= 0x80) return [bytes];
  const lines = Buffer.from(bytes).toString("latin1").split(/\r?\n/);
  const blocks: Uint8Array[] = [];
  for (let line = 0; line < lines.length; line += 1) {
    if (!BLOCK.test(lines[line] ?? "")) continue;
    const end = findEnd(lines, line);
    const block = decodeBlock(lines.slice(line, end + 1));
    if (block === undefined) return undefined;
    blocks.push(block);
    line = end;
  }
  return blocks;
}

/** Where the block that begins there ends; at the last line where it does not. */
function findEnd(lines: readonly string[], start: number): number {
  let end = start + 1;
  while (end < lines.length - 1 && !lines[end]?.startsWith("-----END ")) end += 1;
  return end;
}

function decodeBlock(lines: readonly string[]): Uint8Array | undefined {
  const [, kind] = BLOCK.exec(lines[0] ?? "") ?? [];
  const label = kind === "PRIVATE" ? PRIVATE_KEY_LABEL : PUBLIC_KEY_LABEL;
  return decodeArmor(lines.join("\n"), label, MAX_KEY_FILE_BYTES);
}

/** One slice for each key: from its public key packet to the next. */
function cutKeys(block: Uint8Array): Uint8Array[] | KeyFileProblem {
  const packets = splitPackets(block) ?? [];
  if (packets.some(({ type }) => type === PACKET.secretKey)) return "PRIVATE_KEY";
  if (packets[0]?.type !== PACKET.publicKey) return "NOT_A_KEY";
  const starts = packets.filter(({ type }) => type === PACKET.publicKey).map(({ start }) => start);
  return starts.map((start, index) => block.subarray(start, starts[index + 1] ?? block.length));
}
