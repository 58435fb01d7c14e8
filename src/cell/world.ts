import { ConsoleStdout, WASI, wasi } from "@bjorn3/browser_wasi_shim";
import { MAX_CAPTURED_BYTES } from "./limits.ts";

/** The instant that every call sees: 2000-01-01T00:00:00Z. Decisions take time as an input, not from a clock. */
const EPOCH_NS = 946_684_800n * 1_000_000_000n;

/** The monotonic clock advances by this much at each reading, so that the Go runtime sees time pass. */
const TICK_NS = 1_000n;

/**
 * Layout of `subscription` and `event`, in bytes.
 * https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#subscription
 */
const SUBSCRIPTION = { size: 48, eventType: 8, timeout: 24, flags: 40 } as const;
const EVENT_BYTES = 32;

interface Reactor {
  readonly memory: WebAssembly.Memory;
  readonly _initialize: () => unknown;
}

/** Libraries look for the program's name when they are initialised (klog does), and fall over where there is none. */
const ARGUMENTS = ["cell"];

/** Everything that a guest is given: a name, no environment, no files; a clock and randomness of its own. */
export class World {
  readonly #wasi: WASI;
  #captured = "";
  #elapsed = 0n;
  #random = 0x9e3779b9;

  constructor() {
    const decoder = new TextDecoder();
    const console = new ConsoleStdout((bytes) => {
      this.#captured = (this.#captured + decoder.decode(bytes)).slice(-MAX_CAPTURED_BYTES);
    });
    this.#wasi = new WASI(ARGUMENTS, [], [console, console, console], { debug: false });
    Object.assign(this.#wasi.wasiImport, {
      clock_time_get: this.#clockTimeGet,
      poll_oneoff: this.#pollOneoff,
      random_get: this.#randomGet,
      sched_yield: () => wasi.ERRNO_SUCCESS,
    });
  }

  /** The end of what the guest wrote to its standard streams: the reason, when it dies. */
  get captured(): string {
    return this.#captured;
  }

  get imports(): WebAssembly.Imports {
    return { wasi_snapshot_preview1: this.#wasi.wasiImport };
  }

  initialize(exports: Reactor): void {
    this.#wasi.initialize({ exports });
  }

  get #memory(): ArrayBuffer {
    return this.#wasi.inst.exports.memory.buffer;
  }

  readonly #clockTimeGet = (id: number, _precision: bigint, out: number): number => {
    this.#elapsed += TICK_NS;
    const now = id === wasi.CLOCKID_REALTIME ? EPOCH_NS : this.#elapsed;
    new DataView(this.#memory).setBigUint64(out, now, true);
    return wasi.ERRNO_SUCCESS;
  };

  /**
   * The Go runtime sleeps here when every goroutine waits for a timer. Nothing else can happen in the meantime,
   * so the sleep is over at once and the clock shows it.
   */
  readonly #pollOneoff = (subscriptions: number, events: number, count: number, out: number): number => {
    const view = new DataView(this.#memory);
    let written = 0;
    for (let at = subscriptions; at < subscriptions + count * SUBSCRIPTION.size; at += SUBSCRIPTION.size) {
      if (view.getUint8(at + SUBSCRIPTION.eventType) !== wasi.EVENTTYPE_CLOCK) continue;
      this.#sleep(
        view.getBigUint64(at + SUBSCRIPTION.timeout, true),
        view.getUint16(at + SUBSCRIPTION.flags, true),
      );
      const event = new wasi.Event(view.getBigUint64(at, true), wasi.ERRNO_SUCCESS, wasi.EVENTTYPE_CLOCK);
      event.write_bytes(view, events + written * EVENT_BYTES);
      written += 1;
    }
    view.setUint32(out, written, true);
    return written > 0 ? wasi.ERRNO_SUCCESS : wasi.ERRNO_NOTSUP;
  };

  #sleep(timeout: bigint, flags: number): void {
    const absolute = (flags & wasi.SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME) !== 0;
    const until = absolute ? timeout : this.#elapsed + timeout;
    if (until > this.#elapsed) this.#elapsed = until;
  }

  /**
   * xorshift32. Go takes its hash seeds and map order from here, and nothing of what is computed may depend on
   * either; a fixed sequence makes a fault reproducible.
   */
  readonly #randomGet = (at: number, length: number): number => {
    const bytes = new Uint8Array(this.#memory, at, length);
    for (let i = 0; i < length; i++) {
      this.#random ^= this.#random << 13;
      this.#random ^= this.#random >>> 17;
      this.#random ^= this.#random << 5;
      bytes[i] = this.#random & 0xff;
    }
    return wasi.ERRNO_SUCCESS;
  };
}
