import { isSignature, type Signer } from "../signer.ts";
import { parseBase64, toBase64 } from "./base64.ts";
import { isKeyName, type VerifierKey, verifierKey } from "./verifier-key.ts";

/** A text and who signed it (https://c2sp.org/signed-note). The text says nothing until it is verified. */
export interface Note {
  /** With its final newline, as the signatures cover it. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
  readonly signature: Uint8Array;
}

/** Room for a log, its key rotations and many witnesses, post-quantum ones included. */
export const MAX_NOTE_BYTES = 256 * 1024;
const MAX_SIGNATURES = 64;

const SIGNATURE_LINE = /^— (?<name>[^ ]+) (?<encoded>[^ ]+)$/u;
const KEY_ID_BYTES = 4;

export async function signNote(text: string, name: string, signer: Signer): Promise<Uint8Array> {
  const { id } = verifierKey(name, signer.publicKey);
  const keyId = Buffer.alloc(KEY_ID_BYTES);
  keyId.writeUInt32BE(id);
  const signature = await signer.sign(Buffer.from(text));
  return Buffer.from(`${text}\n— ${name} ${toBase64(Buffer.concat([keyId, signature]))}\n`);
}

/** Undefined when the bytes are not a note in every detail of the format. */
export function parseNote(bytes: Uint8Array): Note | undefined {
  const content = bytes.length <= MAX_NOTE_BYTES ? decodeUtf8(bytes) : undefined;
  if (content === undefined || hasControlCharacters(content) || !content.endsWith("\n")) return undefined;
  // The last empty line is the border: the text may have empty lines of its own.
  const border = content.lastIndexOf("\n\n");
  if (border < 0) return undefined;
  const lines = content.slice(border + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) return undefined;
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const signature = parseSignatureLine(line);
    if (signature === undefined) return undefined;
    signatures.push(signature);
  }
  return { text: content.slice(0, border + 1), signatures };
}

/**
 * Whether `key` signed the note. Signatures by other keys are passed over, as the format demands; one under
 * this key's name and id that does not verify spoils the note, whatever else it carries.
 */
export function isSignedBy(note: Note, key: VerifierKey): boolean {
  const ours = note.signatures.filter(({ name, keyId }) => name === key.name && keyId === key.id);
  const text = Buffer.from(note.text);
  return ours.length > 0 && ours.every(({ signature }) => isSignature(key.publicKey, text, signature));
}

function parseSignatureLine(line: string): NoteSignature | undefined {
  const { name, encoded } = SIGNATURE_LINE.exec(line)?.groups ?? {};
  if (name === undefined || encoded === undefined || !isKeyName(name)) return undefined;
  const bytes = parseBase64(encoded);
  if (bytes === undefined || bytes.length <= KEY_ID_BYTES) return undefined;
  const keyId = Buffer.from(bytes).readUInt32BE(0);
  return { name, keyId, signature: bytes.subarray(KEY_ID_BYTES) };
}

function hasControlCharacters(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  return /[\u0000-\u0009\u000b-\u001f]/.test(text);
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
