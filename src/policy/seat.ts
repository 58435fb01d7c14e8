import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { START_DEADLINE_MS, WORKER_HEAP_MIB, WORKER_YOUNG_MIB } from "./limits.ts";
import type { EvaluationAnswer, EvaluationRequest } from "./messages.ts";

/** A place for one worker at a time, replaced after its death or its deadline. Calls must not overlap. */
export class Seat {
  #worker: Worker | undefined;

  /** Never throws: a worker that died or took too long is a fault of the policy. */
  async evaluate(request: EvaluationRequest, deadlineMs: number): Promise<EvaluationAnswer> {
    try {
      const worker = this.#worker ?? (await this.#start());
      worker.ref();
      const { answer, alive } = await ask(worker, request, deadlineMs);
      if (alive) worker.unref();
      else await this.close();
      return answer;
    } catch (error) {
      await this.close();
      return toFault(error);
    }
  }

  /** Ends the worker, in the middle of whatever it does. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  /** The time that a thread takes to start is not the policy's. */
  async #start(): Promise<Worker> {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      env: {},
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MIB, maxYoungGenerationSizeMb: WORKER_YOUNG_MIB },
    });
    // What the SDK prints is nobody's answer; left unread it would pile up.
    worker.stdout.resume();
    worker.stderr.resume();
    this.#worker = worker;
    await once(worker, "message", { signal: AbortSignal.timeout(START_DEADLINE_MS) });
    return worker;
  }
}

interface Asked {
  readonly answer: EvaluationAnswer;
  readonly alive: boolean;
}

function ask(worker: Worker, request: EvaluationRequest, deadlineMs: number): Promise<Asked> {
  return new Promise((resolve) => {
    const settle = (answer: EvaluationAnswer, alive: boolean): void => {
      clearTimeout(timer);
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      resolve({ answer, alive });
    };
    const onMessage = (answer: EvaluationAnswer): void => settle(answer, true);
    const onError = (error: unknown): void => settle(toFault(error), false);
    const onExit = (): void =>
      settle({ ok: false, code: "POLICY_CRASHED", message: "the worker ended" }, false);
    const onDeadline = (): void =>
      settle({ ok: false, code: "POLICY_DEADLINE", message: `took longer than ${deadlineMs} ms` }, false);
    const timer = setTimeout(onDeadline, deadlineMs);
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    worker.postMessage(request);
  });
}

function toFault(error: unknown): EvaluationAnswer {
  const isMemory = error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
  const message = error instanceof Error ? error.message : String(error);
  return { ok: false, code: isMemory ? "POLICY_MEMORY" : "POLICY_CRASHED", message };
}
