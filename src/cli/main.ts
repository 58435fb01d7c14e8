import { Command, Option } from "commander";
import { VERSION } from "../version.ts";
import { ExitCode } from "./io.ts";

type Register = (program: Command) => void;

/** By the first word of the command. Only what is asked for is loaded: starting fast is a feature. */
const COMMANDS = new Map<string, () => Promise<readonly Register[]>>([
  ["demo", async () => [(await import("./demo.ts")).registerDemo]],
  ["check", async () => [(await import("./check.ts")).registerCheck]],
  ["run", async () => [(await import("./run.ts")).registerRun]],
  ["get", async () => [(await import("./get.ts")).registerGet]],
  ["explain", async () => [(await import("./explain.ts")).registerExplain]],
  ["tree", async () => [(await import("./tree.ts")).registerTree]],
  ["diff", async () => [(await import("./diff.ts")).registerDiff]],
  ["reconcile", async () => [(await import("./gate-request.ts")).registerReconcile]],
  ["suspend", async () => [(await import("./gate-request.ts")).registerSuspend]],
  ["approve", async () => [(await import("./approve.ts")).registerApprove]],
  ["reset", async () => [(await import("./reset.ts")).registerReset]],
  ["resume", async () => [(await import("./gate-request.ts")).registerResume]],
  [
    "verify",
    async () => [
      (await import("./verify-commits.ts")).registerVerifyCommits,
      (await import("./verify-tag.ts")).registerVerifyTag,
      (await import("./verify-image.ts")).registerVerifyImage,
    ],
  ],
  [
    "trust",
    async () => [
      (await import("./trust-explain.ts")).registerTrustExplain,
      (await import("./trust-audit.ts")).registerTrustAudit,
    ],
  ],
  ["render", async () => [(await import("./render.ts")).registerRender]],
  ["policy", async () => [(await import("./policy.ts")).registerPolicy]],
  ["audit", async () => [(await import("./audit.ts")).registerAudit]],
  ["keygen", async () => [(await import("./keygen.ts")).registerKeygen]],
]);

async function createProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command("sluice")
    .description(
      "The gate between git and a Kubernetes cluster: verified, allowed and recorded before it is applied.",
    )
    .version(VERSION)
    .addOption(new Option("--output <format>", "how to print").choices(["text", "json"]).default("text"))
    .addHelpText("after", "\nExit codes: 0 passed, 1 refused, 2 fault.")
    .showHelpAfterError("(--help says more)")
    .exitOverride((error) => process.exit(error.exitCode === 0 ? ExitCode.passed : ExitCode.fault));
  const asked = argv.map((word) => COMMANDS.get(word)).find((load) => load !== undefined);
  const loaders = asked === undefined ? COMMANDS.values() : [asked];
  for (const load of loaders) for (const register of await load()) register(program);
  return program;
}

await (await createProgram(process.argv.slice(2))).parseAsync();
