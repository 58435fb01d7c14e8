// One thread with one guest. Everything that it cannot do ends in a `fault` message or in its death; the pool
// replaces it either way.

import { parentPort, workerData } from "node:worker_threads";
import { readArtifact } from "./artifact.ts";
import { CellError } from "./errors.ts";
import { Instance } from "./instance.ts";
import { withMemoryCap } from "./memory-cap.ts";
import type { FromWorker, ToWorker, WorkerSetup } from "./messages.ts";

function send(message: FromWorker): void {
  parentPort?.postMessage(message, message.kind === "answer" ? [message.frame.buffer] : []);
}

function sendFault(error: unknown): void {
  const fault =
    error instanceof CellError ? error : new CellError("CRASHED", String(error), { cause: error });
  const detail = fault.cause instanceof Error ? fault.cause.message : "";
  send({ kind: "fault", code: fault.code, message: fault.message, remedy: fault.remedy, detail });
}

async function start(setup: WorkerSetup): Promise<void> {
  const module =
    setup.module ??
    (await WebAssembly.compile(withMemoryCap(await readArtifact(setup.artifact), setup.memoryBytes)));
  const instance = await Instance.start(module, setup.memoryBytes);
  parentPort?.on("message", (request: ToWorker) => {
    try {
      send({ kind: "answer", frame: instance.call(request), memoryBytes: instance.memoryBytes });
    } catch (error) {
      sendFault(error);
    }
  });
  send({ kind: "ready", module });
}

start(workerData).catch(sendFault);
