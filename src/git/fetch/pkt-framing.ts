import { pktLength } from "./pkt-line.ts";

const LENGTH_DIGITS = 4;

/** Finds where answers end in a stream that goes on after them, over whatever pieces it comes in. */
export class PktFraming {
  /** Bytes of the current line that are still to come. */
  #left = 0;
  #digits = Buffer.alloc(0);

  /** Where, in this next piece, a flush line ends; undefined where none does. What follows it was not looked at. */
  endIn(chunk: Buffer): number | undefined {
    let at = 0;
    while (at < chunk.length) {
      const wanted = this.#left > 0 ? this.#left : LENGTH_DIGITS - this.#digits.length;
      const taken = chunk.subarray(at, at + wanted);
      at += taken.length;
      if (this.#left > 0) {
        this.#left -= taken.length;
        continue;
      }
      this.#digits = Buffer.concat([this.#digits, taken]);
      const length = pktLength(this.#digits, 0);
      if (length === undefined) continue;
      this.#digits = Buffer.alloc(0);
      if (length === 0) return at;
      this.#left = length - LENGTH_DIGITS;
    }
    return undefined;
  }
}
