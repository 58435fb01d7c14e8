import { Command, Option } from "commander";
import { ExitCode } from "./io.ts";

const VERSION = "0.1.0";

function createProgram(): Command {
  const program = new Command("sluice")
    .description(
      "The gate between git and a Kubernetes cluster: verified, allowed and recorded before it is applied.",
    )
    .version(VERSION)
    .addOption(new Option("--output <format>", "how to print").choices(["text", "json"]).default("text"))
    .exitOverride((error) => process.exit(error.exitCode === 0 ? ExitCode.passed : ExitCode.fault));
  return program;
}

await createProgram().parseAsync();
