import { CellError } from "./errors.ts";
import { type ModuleShare, Seat, type SeatOptions } from "./seat.ts";

export interface PoolOptions extends SeatOptions {
  readonly workers: number;
}

/** A fixed number of seats; calls wait for a free one in the order in which they came. */
export class Pool {
  readonly #seats: readonly Seat[];
  readonly #free: Seat[];
  readonly #waiting: ((seat: Seat) => void)[] = [];
  readonly #end = new AbortController();

  constructor(options: PoolOptions) {
    const share: ModuleShare = { module: undefined };
    this.#seats = Array.from({ length: options.workers }, () => new Seat(options, share));
    this.#free = [...this.#seats];
  }

  call(request: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    return this.#seated((seat) => seat.call(request));
  }

  /** Starts one worker ahead of its first call. */
  warm(): Promise<void> {
    return this.#seated((seat) => seat.warm());
  }

  /** Ends every worker; calls under way and to come fail. */
  async close(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#seats.map((seat) => seat.close()));
  }

  async #seated<T>(work: (seat: Seat) => Promise<T>): Promise<T> {
    const seat = await this.#take();
    try {
      this.#end.signal.throwIfAborted();
      return await work(seat);
    } catch (cause) {
      if (this.#end.signal.aborted) throw new CellError("CLOSED", "the cell is closed", { cause });
      throw cause;
    } finally {
      this.#release(seat);
    }
  }

  #take(): Promise<Seat> {
    const seat = this.#free.pop();
    return seat === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(seat);
  }

  #release(seat: Seat): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(seat);
    else next(seat);
  }
}
