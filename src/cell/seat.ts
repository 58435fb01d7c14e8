import { Worker } from "node:worker_threads";
import type { Artifact } from "./artifact.ts";
import { CellError } from "./errors.ts";
import { START_DEADLINE_MS, WORKER_STACK_MIB } from "./limits.ts";
import type { FaultMessage, FromWorker, WorkerSetup } from "./messages.ts";

export interface SeatOptions {
  readonly artifact: Artifact;
  readonly memoryBytes: number;
  readonly deadlineMs: number;
  /** A worker whose memory is larger after a call is not used again: linear memory never shrinks. */
  readonly recycleAboveBytes: number;
  /** A worker without a call for this long is ended. */
  readonly idleMs: number;
}

/**
 * The compiled module, shared by all workers of a pool; the first worker makes it. It is let go with a worker that
 * was idle: with it, the engine keeps the code of the module for nobody.
 */
export interface ModuleShare {
  module: WebAssembly.Module | undefined;
}

/**
 * A place for one worker at a time, which is started when a call comes and replaced after a fault, after its
 * deadline, when its memory has grown, and when nobody called for a while. Calls must not overlap.
 */
export class Seat {
  readonly #options: SeatOptions;
  readonly #share: ModuleShare;
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: SeatOptions, share: ModuleShare) {
    this.#options = options;
    this.#share = share;
  }

  /** Whether a worker is kept for the next call. */
  get running(): boolean {
    return this.#worker !== undefined;
  }

  /** Starts the worker that the next call would start. Throws CellError. */
  async warm(): Promise<void> {
    try {
      this.#rest(this.#worker ?? (await this.#start()));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Answers one request frame, which is handed over to the worker. Throws CellError. */
  async call(request: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    clearTimeout(this.#idle);
    try {
      const worker = this.#worker ?? (await this.#start());
      worker.ref();
      worker.postMessage(request, [request.buffer]);
      const answer = await nextMessage(worker, this.#options.deadlineMs);
      if (answer.kind !== "answer") throw new CellError("PROTOCOL", `worker sent ${answer.kind} for a call`);
      if (answer.memoryBytes > this.#options.recycleAboveBytes) await this.close();
      else this.#rest(worker);
      return answer.frame;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Ends the worker, in the middle of whatever it does. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  /** Keeps the worker for the next call, for a while, and the process from waiting for it. */
  #rest(worker: Worker): void {
    worker.unref();
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      this.#share.module = undefined;
      void this.close();
    }, this.#options.idleMs).unref();
  }

  async #start(): Promise<Worker> {
    const { artifact, memoryBytes } = this.#options;
    const setup: WorkerSetup = { artifact, memoryBytes, module: this.#share.module };
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: setup,
      env: {},
      execArgv: [],
      resourceLimits: { stackSizeMb: WORKER_STACK_MIB },
    });
    // Without a listener, the end of an idle worker would end this process; a call under way is told by nextMessage.
    worker.on("error", () => this.#forget(worker)).on("exit", () => this.#forget(worker));
    this.#worker = worker;
    const ready = await nextMessage(worker, START_DEADLINE_MS);
    if (ready.kind !== "ready") throw new CellError("PROTOCOL", `worker sent ${ready.kind} at its start`);
    this.#share.module = ready.module;
    return worker;
  }

  #forget(worker: Worker): void {
    if (this.#worker === worker) this.#worker = undefined;
  }
}

/** The worker's next message; a fault, its death and the deadline are thrown. */
function nextMessage(worker: Worker, deadlineMs: number): Promise<Exclude<FromWorker, { kind: "fault" }>> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      finish();
    };
    const onMessage = (message: FromWorker): void =>
      settle(() => (message.kind === "fault" ? reject(toError(message)) : resolve(message)));
    const onError = (cause: unknown): void =>
      settle(() => reject(new CellError("CRASHED", "the cell's worker failed", { cause })));
    const onExit = (): void => settle(() => reject(new CellError("CRASHED", "the cell's worker ended")));
    const onDeadline = (): void =>
      settle(() => reject(new CellError("DEADLINE", `the cell took longer than ${deadlineMs} ms`)));
    const timer = setTimeout(onDeadline, deadlineMs);
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
  });
}

function toError({ code, message, remedy, detail }: FaultMessage): CellError {
  return new CellError(code, message, { remedy, ...(detail !== "" && { cause: new Error(detail) }) });
}
