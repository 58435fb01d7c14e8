// One thread that evaluates policies, one request after another. It has no environment, and whatever it cannot
// do ends in a fault answer or in its death.

import { parentPort } from "node:worker_threads";
import { evaluate } from "./evaluate.ts";
import type { EvaluationRequest } from "./messages.ts";

parentPort?.on("message", async (request: EvaluationRequest) => {
  parentPort?.postMessage(await evaluate(request));
});
parentPort?.postMessage("ready");
