import { MalformedObject } from "./commit-headers.ts";

/** Of a name and of an address, each; they are kept in records. */
export const MAX_IDENTITY_BYTES = 1024;

export interface Identity {
  readonly name: string;
  readonly email: string;
  /** Milliseconds since the epoch; git keeps whole seconds. */
  readonly at: number;
  /** As written, `+0100`. */
  readonly timezone: string;
}

/** `Name <email> seconds +zone`: no second `<` or `>`, no padded or negative time, a zone of four digits. */
const IDENTITY = /^([^<>]*) <([^<>]*)> (0|[1-9][0-9]{0,11}) ([+-][0-9]{4})$/;

/** Reads the value of an `author`, `committer` or `tagger` header. The grammar is that of `git fsck`. */
export function parseIdentity(text: string, name: string): Identity {
  const [, display, email, seconds, timezone] = IDENTITY.exec(text) ?? [];
  if (display === undefined || email === undefined || seconds === undefined || timezone === undefined) {
    throw new MalformedObject(`the header ${name} is not an identity as git writes it`);
  }
  if (display.length > MAX_IDENTITY_BYTES || email.length > MAX_IDENTITY_BYTES) {
    throw new MalformedObject(`a name or an address of more than ${MAX_IDENTITY_BYTES} bytes in ${name}`);
  }
  return {
    name: decodeUtf8(Buffer.from(display, "latin1")),
    email: decodeUtf8(Buffer.from(email, "latin1")),
    at: Number(seconds) * 1000,
    timezone,
  };
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** For reading only. */
export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}
