import type { Command } from "commander";
import { Fault } from "../fault.ts";
import { createIo, ExitCode, type Io, type OutputFormat, printable } from "./io.ts";

type Run<Args extends unknown[]> = (io: Io, ...args: Args) => Promise<ExitCode>;

const LONG_MS = 60_000;

/**
 * Wraps a command's body for commander: builds the {@link Io} from `--output`, sets the exit code, and
 * turns a fault into a message. The one place where faults become exit code 2.
 */
export function action<Args extends unknown[]>(run: Run<Args>) {
  return async (...args: [...Args, Command]): Promise<void> => {
    const command = args.at(-1) as Command;
    const io = createIo(command.optsWithGlobals<{ output?: OutputFormat }>().output ?? "text");
    // A connection or a worker at rest does not keep a process by itself; whoever waits for one does.
    const awake = setInterval(() => undefined, LONG_MS);
    try {
      process.exitCode = await run(io, ...(args.slice(0, -1) as Args));
    } catch (error) {
      reportFault(io, error);
      process.exitCode = ExitCode.fault;
    } finally {
      clearInterval(awake);
    }
  };
}

/** A user's mistake gets a sentence and a remedy; only what we did not foresee gets a stack trace. */
export function reportFault(io: Io, error: unknown): void {
  const fault = error instanceof Fault ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  if (io.format === "json") {
    io.json({ verdict: "fault", code: fault?.code ?? "UNEXPECTED", message, remedy: fault?.remedy ?? "" });
    return;
  }
  io.progress("");
  const stack = fault === undefined && error instanceof Error ? (error.stack ?? "") : "";
  const remedy = fault === undefined || fault.remedy === "" ? "" : `  ${fault.remedy}`;
  for (const text of [`${fault?.code ?? "UNEXPECTED"}: ${message}`, remedy, stack]) {
    if (text !== "") process.stderr.write(`${text.split("\n").map(printable).join("\n")}\n`);
  }
}
