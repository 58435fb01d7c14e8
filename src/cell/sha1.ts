import { CellError } from "./errors.ts";
import { withMemoryCap } from "./memory-cap.ts";
import { ARTIFACT_DIRECTORY, readDigest, unpackModule } from "./unpack.ts";
import { World } from "./world.ts";

/** What cell/sha1/exports_wasip1.go exports. */
interface Guest {
  readonly memory: WebAssembly.Memory;
  readonly _initialize: () => unknown;
  readonly input: () => number;
  readonly inputBytes: () => number;
  readonly output: () => number;
  readonly update: (length: number) => void;
  readonly finish: () => number;
}

export interface Sha1Digest {
  /** In hexadecimal; not the SHA-1 where there is a collision, so that the halves of a pair differ. */
  readonly hex: string;
  /** The message was crafted to have the SHA-1 of another. */
  readonly collision: boolean;
}

const MODULE = "sluice-sha1.wasm";
const DIGEST_BYTES = 20;
/** Five times what the Go runtime and the buffers take. */
const MEMORY_BYTES = 16 * 1024 * 1024;

/**
 * SHA-1 with the detection of crafted collisions, in this thread: it takes time in proportion to what it is given,
 * and nothing but a buffer. So it can be asked for every git object, synchronously, as the object is read.
 */
export class Sha1 {
  readonly #world: World;
  readonly #guest: Guest;

  private constructor(world: World, guest: Guest) {
    this.#world = world;
    this.#guest = guest;
  }

  /** Throws CORRUPT where the module is not the committed one; takes some 30 ms. */
  static start(directory: string = ARTIFACT_DIRECTORY): Sha1 {
    const wasm = unpackModule(directory, MODULE, readDigest(directory, MODULE));
    const world = new World();
    const module = new WebAssembly.Module(withMemoryCap(wasm, MEMORY_BYTES));
    const { exports } = new WebAssembly.Instance(module, world.imports);
    if (!isGuest(exports)) throw new CellError("CORRUPT", "the module does not export what the host calls");
    world.initialize(exports);
    return new Sha1(world, exports);
  }

  /** The digest of the parts, one after the other. After a CellError, nothing that it says counts. */
  digest(...parts: readonly Uint8Array[]): Sha1Digest {
    try {
      for (const part of parts) this.#update(part);
      const collision = this.#guest.finish() !== 0;
      const hex = Buffer.from(this.#guest.memory.buffer, this.#guest.output() >>> 0, DIGEST_BYTES).toString(
        "hex",
      );
      return { hex, collision };
    } catch (cause) {
      throw new CellError("CRASHED", "the module that computes SHA-1 stopped", {
        cause: new Error(this.#world.captured, { cause }),
      });
    }
  }

  #update(part: Uint8Array): void {
    const size = this.#guest.inputBytes();
    for (let at = 0; at < part.length; at += size) {
      const piece = part.subarray(at, at + size);
      // A view for each piece: when the guest's memory grows, those on the old buffer are empty.
      new Uint8Array(this.#guest.memory.buffer, this.#guest.input() >>> 0, size).set(piece);
      this.#guest.update(piece.length);
    }
  }
}

function isGuest(exports: object): exports is Guest {
  const functions = ["_initialize", "input", "inputBytes", "output", "update", "finish"];
  return (
    typeof Reflect.get(exports, "memory") === "object" &&
    functions.every((name) => typeof Reflect.get(exports, name) === "function")
  );
}

let shared: Sha1 | undefined;

/** As {@link Sha1.digest}, by the one module that this process keeps from its first call on. */
export function sha1(...parts: readonly Uint8Array[]): Sha1Digest {
  shared ??= Sha1.start();
  try {
    return shared.digest(...parts);
  } catch (error) {
    shared = undefined;
    throw error;
  }
}
