import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithTools } from "../../support/tools.ts";
import { SHARED_CACHE } from "../../support/world.ts";

const guide = readFileSync(join(import.meta.dirname, "../../../docs/trust.md"), "utf8");
const MAIN = join(import.meta.dirname, "../../../src/cli/main.ts");
const PEOPLE = ["alice", "bob", "carol", "dora"];

/** A file that the guide shows, or a command that it runs. */
type Step =
  | { readonly kind: "file"; readonly name: string; readonly text: string }
  | {
      readonly kind: "command";
      readonly who: string;
      readonly command: string;
      readonly expected: readonly string[];
      readonly exit: number;
    };

const FENCED = /^```(yaml|console)\n(.*?)^```$/gms;

function readSteps(): Step[] {
  return [...guide.matchAll(FENCED)].flatMap(([, language, block = ""]): Step[] => {
    if (language === "console") return block.split(/^(?=\w+\$ )/m).map(readCommand);
    const name = /^# ([\w.-]+)\n/.exec(block)?.[1];
    return name === undefined ? [] : [{ kind: "file", name, text: block }];
  });
}

function readCommand(text: string): Step {
  const [first = "", ...lines] = text.trimEnd().split("\n");
  const [, who = "", command = ""] = /^(\w+)\$ (.*)$/.exec(first) ?? [];
  const exit = /^exit (\d)$/.exec(lines.at(-1) ?? "")?.[1];
  return {
    kind: "command",
    who,
    command,
    expected: exit === undefined ? lines : lines.slice(0, -1),
    exit: Number(exit ?? "0"),
  };
}

/** `…` stands for anything within a line, and alone for any lines. */
function toPattern(lines: readonly string[]): RegExp {
  const parts = lines.map((line) =>
    line === "…" ? "(?:.*\n)*?" : `${line.split("…").map(RegExp.escape).join(".*")}\n`,
  );
  return new RegExp(`^${parts.join("")}$`);
}

/** The bank of the guide: everybody's clone and key, and the folder of whoever runs the gate. */
class Bank implements Disposable {
  readonly dir = mkdtempSync(join(tmpdir(), "sluice-guide-"));

  constructor() {
    for (const folder of ["keys", "bin"]) mkdirSync(join(this.dir, folder));
    const script = `#!/bin/sh\nexec "${process.execPath}" --liftoff-only "${MAIN}" "$@"\n`;
    writeFileSync(join(this.dir, "bin/sluice"), script);
    chmodSync(join(this.dir, "bin/sluice"), 0o755);
    this.#setUp("ops", `git init -q --bare -b main config.git`);
    for (const name of [...PEOPLE, "alice-new"])
      this.#setUp("ops", `ssh-keygen -q -t ed25519 -N "" -f keys/${name}`);
    for (const name of PEOPLE) {
      writeFileSync(
        join(this.dir, `${name}.gitconfig`),
        `[user]\nname = ${name}\nemail = ${name}@bank.example\nsigningkey = ${join(this.dir, "keys", name)}\n[gpg]\nformat = ssh\n`,
      );
      this.#setUp("ops", `git clone -q config.git ${name} 2>&1`);
    }
  }

  write(name: string, text: string): void {
    const whole = text.replaceAll(/ssh-ed25519 AAAA…([\w-]+)/g, (_, key: string) =>
      readFileSync(join(this.dir, "keys", `${key}.pub`), "utf8").trim(),
    );
    writeFileSync(join(this.dir, name), whole);
  }

  run(who: string, command: string): { readonly output: string; readonly code: number | null } {
    const isOps = who === "ops";
    const { stdout, status } = spawnSync("bash", ["-c", `{ ${command}\n} 2>&1`], {
      cwd: isOps ? this.dir : join(this.dir, who),
      encoding: "utf8",
      env: {
        PATH: `${join(this.dir, "bin")}:${process.env.PATH}`,
        HOME: this.dir,
        NO_COLOR: "1",
        NODE_COMPILE_CACHE: join(SHARED_CACHE, "node"),
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_CONFIG_GLOBAL: isOps ? "/dev/null" : join(this.dir, `${who}.gitconfig`),
      },
    });
    return { output: stdout, code: status };
  }

  #setUp(who: string, command: string): void {
    expect(this.run(who, command)).toMatchObject({ code: 0 });
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

describeWithTools(["git", "ssh-keygen", "time"], "docs/trust.md, line by line", () => {
  let bank: Bank;

  beforeAll(() => {
    bank = new Bank();
  });

  afterAll(() => bank[Symbol.dispose]());

  const steps = readSteps();

  it("has files and commands, and none that are not run", () => {
    expect(steps.filter(({ kind }) => kind === "file")).toHaveLength(6);
    expect(steps.filter(({ kind }) => kind === "command").length).toBeGreaterThan(25);
    expect([...guide.matchAll(/^```\w+$/gm)].map(([fence]) => fence)).toHaveLength(
      [...guide.matchAll(FENCED)].length,
    );
    expect(execFileSync("git", ["--version"]).toString()).toContain("git");
  });

  it.each(
    steps.map((step) => [step.kind === "file" ? step.name : `${step.who}$ ${step.command}`, step] as const),
  )("%s", (_, step) => {
    if (step.kind === "file") {
      bank.write(step.name, step.text);
      expect(step.text).toContain("kind: TrustPolicy");
      return;
    }
    const { output, code } = bank.run(step.who, step.command);
    const shown = output === "" ? "" : `${output.trimEnd()}\n`;
    expect({ shown, code }).toEqual({
      shown: expect.stringMatching(toPattern(step.expected)),
      code: step.exit,
    });
  });
});
