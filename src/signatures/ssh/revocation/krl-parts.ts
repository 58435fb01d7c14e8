import { MalformedWire, type WireReader } from "../wire.ts";

/** More than any real list; each entry costs memory, however few bytes it has. */
const MAX_ENTRIES = 500_000;

/** A list that is in order, and says what is not understood here. */
export class UnsupportedKrl extends Error {
  override readonly name = "UnsupportedKrl";
}

/** Counts the entries of a whole list. */
export class EntryBudget {
  #left = MAX_ENTRIES;

  take(): void {
    this.#left -= 1;
    if (this.#left < 0) throw new MalformedWire(`more than ${MAX_ENTRIES} entries`);
  }
}

/** `string name`, `byte critical`, `string contents`: no extension is known, and a critical one must be. */
export function skipExtension(reader: WireReader): void {
  const name = reader.utf8();
  const critical = reader.byte();
  reader.string();
  reader.end();
  if (critical !== 0) throw new UnsupportedKrl(`the critical extension ${JSON.stringify(name)}`);
}
