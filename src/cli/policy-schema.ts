import { inputJsonSchemas, PolicyError } from "../policy/index.ts";
import { ExitCode, type Io } from "./io.ts";

/** The schema is JSON in either output format. */
export async function printSchema(io: Io, kind: string): Promise<ExitCode> {
  if (kind !== "object" && kind !== "change") {
    throw new PolicyError("INPUT_UNREADABLE", `no schema is called ${kind}`, {
      remedy: "ask for object or change",
    });
  }
  io.json(inputJsonSchemas()[kind]);
  return ExitCode.passed;
}
