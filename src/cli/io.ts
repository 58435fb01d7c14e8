import { createColors } from "picocolors";

export { printable } from "../text.ts";

/** 0 passed, 1 refused, 2 fault: the same for every command. */
export const ExitCode = { passed: 0, refused: 1, fault: 2 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export type OutputFormat = "text" | "json";

/** What a command may touch of the terminal. Answers go to stdout, progress and faults to stderr. */
export interface Io {
  readonly format: OutputFormat;
  readonly colors: ReturnType<typeof createColors>;
  /** Writes a line of the answer; only for text output. */
  line(text?: string): void;
  /** Writes the answer as one JSON document. */
  json(value: unknown): void;
  /** Writes one JSON document on a line of its own, for commands that answer more than once. */
  jsonLine(value: unknown): void;
  /** Says on a terminal's stderr what is going on; silent elsewhere. */
  progress(text: string): void;
}

export interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

const CLEAR_LINE = "\r\x1b[2K";

export function createIo(format: OutputFormat, { stdout, stderr }: Streams = process): Io {
  const colors = createColors(
    stdout.isTTY === true && format === "text" && process.env.NO_COLOR === undefined,
  );
  let pending = false;
  const clear = (): void => {
    if (pending) stderr.write(CLEAR_LINE);
    pending = false;
  };
  return {
    format,
    colors,
    line(text = "") {
      clear();
      stdout.write(`${text}\n`);
    },
    json(value) {
      clear();
      stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
    },
    jsonLine(value) {
      clear();
      stdout.write(`${JSON.stringify(value)}\n`);
    },
    progress(text) {
      if (stderr.isTTY !== true) return;
      stderr.write(`${CLEAR_LINE}${text}`);
      pending = text !== "";
    },
  };
}
