import { type LoadedPolicy, loadPolicy } from "@open-policy-agent/opa-wasm";
import { aggregateEntrypoint, type PackageKind } from "./aggregate.ts";
import { MAX_REASONS, MAX_REASONS_PER_INPUT } from "./limits.ts";
import { CHANGE, type EvaluationAnswer, type EvaluationRequest, type RuleReason } from "./messages.ts";
import { readReasons } from "./reasons.ts";
import type { PolicyFaultCode } from "./report.ts";
import { boundText } from "./text.ts";

const WASM_PAGE_BYTES = 64 * 1024;

/** Runs in a worker, which is ended from outside when this takes too long. */
export async function evaluate(request: EvaluationRequest): Promise<EvaluationAnswer> {
  try {
    const evaluation = new Evaluation(await load(request), request.progress);
    return { ok: true, reasons: evaluation.run(request) };
  } catch (error) {
    if (error instanceof EvaluationFault) return { ok: false, code: error.code, message: error.message };
    throw error;
  }
}

class EvaluationFault extends Error {
  override readonly name = "EvaluationFault";
  readonly code: PolicyFaultCode;

  constructor(code: PolicyFaultCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A fresh instance each time: no state goes from one decision to the next. */
async function load({ module, memoryBytes, data }: EvaluationRequest): Promise<LoadedPolicy> {
  try {
    const maximum = Math.floor(memoryBytes / WASM_PAGE_BYTES);
    const policy = await loadPolicy(module, { initial: 5, maximum });
    policy.setData(encode(data));
    return policy;
  } catch (error) {
    throw toFault(error);
  }
}

class Evaluation {
  readonly #policy: LoadedPolicy;
  readonly #progress: Int32Array;
  readonly #reasons: RuleReason[] = [];

  constructor(policy: LoadedPolicy, progress: Int32Array) {
    this.#policy = policy;
    this.#progress = progress;
  }

  run({ shared, objects, kinds }: EvaluationRequest): readonly RuleReason[] {
    if (kinds.includes("object")) {
      for (const [index, text] of objects.entries())
        this.#judge("object", encodeInput(shared, "object", text), index);
    }
    if (kinds.includes("change")) {
      this.#judge("change", encodeInput(shared, "objects", `[${objects.join(",")}]`), undefined);
    }
    return this.#reasons;
  }

  #judge(kind: PackageKind, input: ArrayBuffer, object: number | undefined): void {
    this.#progress[0] = object ?? CHANGE;
    const reasons = readReasons(this.#evaluate(input, aggregateEntrypoint(kind)));
    if (reasons === undefined) {
      throw new EvaluationFault("POLICY_RESULT", "a rule gave neither strings nor {msg, path, remediation}");
    }
    if (reasons.length > MAX_REASONS_PER_INPUT || this.#reasons.length + reasons.length > MAX_REASONS) {
      throw new EvaluationFault("TOO_MANY_FINDINGS", "the rules gave more reasons than anybody reads");
    }
    for (const reason of reasons) this.#reasons.push({ ...reason, object });
  }

  #evaluate(input: ArrayBuffer, entrypoint: string): unknown {
    try {
      return this.#policy.evaluate(input, entrypoint);
    } catch (error) {
      throw toFault(error);
    }
  }
}

/** Puts the part that varies into the JSON text that all inputs share. */
function encodeInput(shared: string, field: "object" | "objects", text: string): ArrayBuffer {
  return encode(`${shared.slice(0, -1)},"${field}":${text}}`);
}

function encode(text: string): ArrayBuffer {
  const bytes = new TextEncoder().encode(text);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

/** The SDK throws strings and plain objects as well as errors. */
function toFault(error: unknown): EvaluationFault {
  const message = messageOf(error);
  // From JavaScript, `memory.grow` throws a RangeError; within the module, OPA's allocator aborts.
  const isMemory = error instanceof RangeError || message.includes("opa_malloc");
  return new EvaluationFault(isMemory ? "POLICY_MEMORY" : "POLICY_CRASHED", boundText(message));
}

function messageOf(error: unknown): string {
  if (typeof error === "object" && error !== null && "message" in error) return String(error.message);
  return String(error);
}
