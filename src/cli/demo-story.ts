import type { OutcomeResult } from "../audit/index.ts";
import type { Expectation } from "../demo/scenes.ts";
import type { Io } from "./io.ts";

export const PROLOGUE: readonly string[] = [
  "Sluice stands between git and production. Here is one gate, with a git server, a registry and three",
  "people, all on this machine. Alice may change what runs; Carol might, until yesterday; Mallory never could.",
];

/** A line or more of the story; silent where a machine reads. */
export function tell(io: Io, lines: readonly string[]): void {
  if (io.format === "text") for (const line of lines) io.line(line);
}

interface SceneEnd {
  readonly asExpected: boolean;
  readonly expected: Expectation;
  readonly outcome: OutcomeResult | undefined;
}

export function verdictLine(io: Io, { asExpected, expected, outcome }: SceneEnd): string {
  const { dim, green, red } = io.colors;
  if (!asExpected) {
    const announced = expected.verdict === "admit" ? "admitted" : `refused for ${expected.code} alone`;
    return red(`  ✗ this was to be ${announced}`);
  }
  return outcome === undefined
    ? `  ${green("✓")} ${dim("recorded; what runs is what was admitted before")}`
    : `  ${green("✓")} ${dim("recorded, then written to gate/out")}`;
}

interface Ending {
  readonly passed: boolean;
  readonly dir: string;
  readonly seconds: number;
}

export function epilogue(io: Io, { passed, dir, seconds }: Ending): void {
  const { bold, dim, green, red } = io.colors;
  io.line();
  io.line(
    passed
      ? green(bold(`All as announced, in ${seconds.toFixed(1)} s.`))
      : red(bold("Not everything went as announced; see ✗ above.")),
  );
  io.line();
  io.line(bold("What to try next"));
  const commands: readonly (readonly [string, string])[] = [
    [
      `bin/sluice audit show ${dir}/state/log --key ${dir}/state/audit.pub`,
      "every decision, and what became of it",
    ],
    [`bin/sluice audit verify ${dir}/state/log --key ${dir}/state/audit.pub`, "check it as an auditor would"],
    [`bin/sluice audit export ${dir}/state/log --out ${dir}/evidence`, "take it to a laptop without network"],
    [
      `bin/sluice verify commits --repo ${dir}/git/config.git --trust ${dir}/gate/trust.yaml`,
      "who signed what",
    ],
    ["bin/sluice policy test policies/baseline", "the policies' own tests, with coverage"],
    [`ls ${dir}/gate/out/payments`, "what was let through"],
  ];
  for (const [command, why] of commands) {
    io.line(`  ${command}`);
    io.line(dim(`      ${why}`));
  }
}
