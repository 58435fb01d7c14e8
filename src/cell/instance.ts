import { CellError } from "./errors.ts";
import { MAX_OUTPUT_BYTES } from "./limits.ts";
import { World } from "./world.ts";

/** What cell/exports_wasip1.go exports. */
interface Guest {
  readonly memory: WebAssembly.Memory;
  readonly _initialize: () => unknown;
  readonly configure: (memoryBytes: bigint) => void;
  readonly allocate: (size: number) => number;
  readonly call: () => bigint;
}

/** One running guest. After a CellError it is unusable: what it holds is unknown. */
export class Instance {
  readonly #world: World;
  readonly #guest: Guest;

  private constructor(world: World, guest: Guest) {
    this.#world = world;
    this.#guest = guest;
  }

  static async start(module: WebAssembly.Module, memoryBytes: number): Promise<Instance> {
    const world = new World();
    const { exports } = await WebAssembly.instantiate(module, world.imports);
    if (!isGuest(exports)) throw new CellError("CORRUPT", "the module does not export what the host calls");
    const instance = new Instance(world, exports);
    instance.#guarded(() => {
      world.initialize(exports);
      exports.configure(BigInt(memoryBytes));
    });
    return instance;
  }

  /** Answers one request frame; the answer is a copy. */
  call(request: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.#guarded(() => {
      const at = this.#guest.allocate(request.byteLength) >>> 0;
      new Uint8Array(this.#guest.memory.buffer).set(request, at);
      const answer = BigInt.asUintN(64, this.#guest.call());
      const length = Number(answer & 0xffff_ffffn);
      if (length > MAX_OUTPUT_BYTES) throw new CellError("MEMORY", `answer of ${length} bytes is too large`);
      return new Uint8Array(
        this.#guest.memory.buffer.slice(Number(answer >> 32n), Number(answer >> 32n) + length),
      );
    });
  }

  get memoryBytes(): number {
    return this.#guest.memory.buffer.byteLength;
  }

  #guarded<T>(run: () => T): T {
    try {
      return run();
    } catch (cause) {
      throw cause instanceof CellError ? cause : explainDeath(cause, this.#world.captured);
    }
  }
}

/** What the Go runtime writes when memory.grow failed. */
const OUT_OF_MEMORY = /out of memory|cannot allocate memory/;

/** The first line of what it writes for any other end; a stack follows. */
const REASON = /^(?:panic|fatal error): .*$/m;

const MAX_REASON_CHARACTERS = 500;

function explainDeath(cause: unknown, captured: string): CellError {
  if (OUT_OF_MEMORY.test(captured))
    return new CellError("MEMORY", "the cell reached its memory cap", { cause });
  const reason = REASON.exec(captured)?.[0] ?? String(cause);
  return new CellError("CRASHED", `the cell stopped: ${reason.slice(0, MAX_REASON_CHARACTERS)}`, {
    cause: new Error(captured, { cause }),
  });
}

function isGuest(exports: object): exports is Guest {
  const has = (name: string, type: string): boolean => typeof Reflect.get(exports, name) === type;
  return (
    has("memory", "object") &&
    ["_initialize", "configure", "allocate", "call"].every((name) => has(name, "function"))
  );
}
