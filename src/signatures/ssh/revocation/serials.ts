interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

interface Bitmap {
  readonly offset: bigint;
  /** Big-endian, as an mpint has it: the last byte's lowest bit stands for `offset`. */
  readonly bits: Uint8Array;
}

/** Serial numbers of revoked certificates, in the forms in which a list gives them; none is ever expanded. */
export class SerialSet {
  readonly #single = new Set<bigint>();
  readonly #bitmaps: Bitmap[] = [];
  #ranges: Range[] = [];
  #sorted = true;

  add(serial: bigint): void {
    this.#single.add(serial);
  }

  addRange(first: bigint, last: bigint): void {
    this.#ranges.push({ first, last });
    this.#sorted = false;
  }

  addBitmap(offset: bigint, bits: Uint8Array): void {
    this.#bitmaps.push({ offset, bits });
  }

  has(serial: bigint): boolean {
    return (
      this.#single.has(serial) ||
      this.#isInRange(serial) ||
      this.#bitmaps.some(({ offset, bits }) => isBitSet(bits, serial - offset))
    );
  }

  #isInRange(serial: bigint): boolean {
    if (!this.#sorted) {
      this.#ranges = merge(this.#ranges);
      this.#sorted = true;
    }
    let [low, high] = [0, this.#ranges.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const range = this.#ranges[middle];
      if (range === undefined || serial < range.first) high = middle;
      else if (serial > range.last) low = middle + 1;
      else return true;
    }
    return false;
  }
}

/** Sorted, and without overlap, so that one comparison tells on which side to go on looking. */
function merge(ranges: readonly Range[]): Range[] {
  const merged: Range[] = [];
  for (const range of ranges.toSorted((a, b) => (a.first < b.first ? -1 : 1))) {
    const previous = merged.at(-1);
    if (previous === undefined || range.first > previous.last) merged.push(range);
    else if (range.last > previous.last) merged.splice(-1, 1, { first: previous.first, last: range.last });
  }
  return merged;
}

function isBitSet(bits: Uint8Array, index: bigint): boolean {
  if (index < 0n || index >= BigInt(bits.length) * 8n) return false;
  const byte = bits[bits.length - 1 - Number(index / 8n)] ?? 0;
  return ((byte >>> Number(index % 8n)) & 1) === 1;
}
