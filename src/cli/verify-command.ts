import type { Command } from "commander";

/** The command `verify`, under which the others stand; whichever registers first makes it. */
export function verifyCommand(program: Command): Command {
  return (
    program.commands.find((command) => command.name() === "verify") ??
    program.command("verify").description("Verify one thing by itself")
  );
}
