import type { Files } from "./frame.ts";
import { MAX_BATCH_BYTES, MAX_BATCH_FILES } from "./limits.ts";

/** Enough digits that the order of the names is the order of the items. */
const NAME_DIGITS = String(MAX_BATCH_FILES).length;

/** Cuts a list into requests that an instance answers without growing much; one item alone may be larger. */
export function* batches(items: Iterable<Uint8Array>): Generator<Files> {
  let batch = new Map<string, Uint8Array>();
  let bytes = 0;
  for (const item of items) {
    const full = batch.size === MAX_BATCH_FILES || bytes + item.byteLength > MAX_BATCH_BYTES;
    if (full && batch.size > 0) {
      yield batch;
      batch = new Map();
      bytes = 0;
    }
    batch.set(String(batch.size).padStart(NAME_DIGITS, "0"), item);
    bytes += item.byteLength;
  }
  if (batch.size > 0) yield batch;
}
