import { TrustError } from "./error.ts";

/** A file as it was given to a command. */
export interface KeyFileMaterial {
  /** The file's name, for messages. */
  readonly origin: string;
  readonly bytes: Uint8Array;
}

/** Two names that differ in bytes which are not UTF-8 would become one. */
export function decodeText({ origin, bytes }: KeyFileMaterial): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new TrustError("INVALID_KEY", `${origin} is not UTF-8`, { cause });
  }
}
