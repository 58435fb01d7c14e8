import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { redact } from "../gate/redact.ts";
import {
  PolicyEngine,
  PolicyError,
  type PolicyFinding,
  type PolicyReport,
  readInput,
} from "../policy/index.ts";
import { isJsonObject, type JsonObject, parseYaml } from "../render/index.ts";
import { ExitCode, type Io, printable } from "./io.ts";
import { withPolicies } from "./policy-folder.ts";
import { reportRefusals } from "./refusal-view.ts";

interface EvalOptions {
  readonly input: string;
  readonly parameters?: string;
}

export function evaluatePolicies(io: Io, dir: string, options: EvalOptions): Promise<ExitCode> {
  return withPolicies(io, dir, async (files, cell) => {
    const read = readInput(await readBytes(options.input), options.input, Date.now());
    if (!read.ok) return reportRefusals(io, read.refusals);
    const { input, parameters } = read.value;
    const given = options.parameters === undefined ? parameters : await readParameters(options.parameters);
    const engine = new PolicyEngine({ cell });
    try {
      const bundle = await engine.compile({ name: dir, files, parameters: given });
      if (!bundle.ok) return reportRefusals(io, bundle.refusals);
      // As in the gate: policies see no Secret's values.
      const shown = { ...input, objects: input.objects.map(redact) };
      return printReport(io, await engine.evaluate([bundle.value], shown));
    } finally {
      await engine.close();
    }
  });
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return file === "-" ? await buffer(process.stdin) : await readFile(file);
  } catch (cause) {
    throw new PolicyError("INPUT_UNREADABLE", `${file} cannot be read`, { cause });
  }
}

async function readParameters(file: string): Promise<JsonObject> {
  const parsed = parseYaml(await readBytes(file), file);
  const [document, ...more] = parsed.ok ? parsed.value : [];
  if (more.length === 0 && isJsonObject(document?.value)) return document.value;
  const problems = parsed.ok ? [] : parsed.refusals.map(({ subject, message }) => `${subject}: ${message}`);
  throw new PolicyError("INPUT_UNREADABLE", [`${file} is not one mapping`, ...problems].join("\n"));
}

function printReport(io: Io, report: PolicyReport): ExitCode {
  const denied = report.faults.length > 0 || report.findings.some(({ rule }) => rule === "deny");
  if (io.format === "json") io.json({ verdict: denied ? "refused" : "passed", ...report });
  else {
    for (const finding of report.findings) printFinding(io, finding);
    for (const { code, message } of report.faults) io.line(`${io.colors.red(code)} ${printable(message)}`);
    io.line(summaryOf(report));
  }
  return denied ? ExitCode.refused : ExitCode.passed;
}

function printFinding(io: Io, finding: PolicyFinding): void {
  const { bold, cyan, dim, red, yellow } = io.colors;
  const mark = finding.rule === "deny" ? red("deny") : yellow("warn");
  const place = [finding.object ?? "the change", finding.path ?? ""].filter((part) => part !== "").join(" ");
  io.line(`${mark} ${bold(printable(place))}`);
  io.line(`     ${printable(finding.message)} ${dim(`(${finding.package})`)}`);
  if (finding.remediation !== undefined) io.line(`     ${cyan("→")} ${printable(finding.remediation)}`);
  if (finding.controls.length > 0) io.line(dim(`     ${finding.controls.map(printable).join(", ")}`));
}

function summaryOf({ findings, faults }: PolicyReport): string {
  const denials = findings.filter(({ rule }) => rule === "deny").length;
  const faulty = faults.length === 0 ? "" : `, ${faults.length} that could not be evaluated`;
  return `${denials} denied, ${findings.length - denials} warned of${faulty}`;
}
