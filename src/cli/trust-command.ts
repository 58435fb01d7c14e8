import type { Command } from "commander";

/** The command `trust`, under which the others stand; whichever registers first makes it. */
export function trustCommand(program: Command): Command {
  return (
    program.commands.find((command) => command.name() === "trust") ??
    program.command("trust").description("What a TrustPolicy means, for what is there and what was let in")
  );
}
