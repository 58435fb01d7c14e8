import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, it } from "vitest";
import { toUploadPackCommand } from "./upload-pack-command.ts";

/** What a shell would run, and with what. */
function whatShellRuns(command: string): string[] {
  const script = `git-upload-pack() { printf '%s\\0' "$#" "$@"; }\n${command}`;
  return execFileSync("bash", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
}

it("tells a shell one path, whatever is in it (attack 12)", () => {
  const odd = fc.string({
    unit: fc.constantFrom(..."'\"\\!$`;|&<>(){}[]*?~# -ab/é"),
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(odd, (path) => {
      expect(whatShellRuns(toUploadPackCommand(path))).toEqual(["1", path]);
    }),
    { numRuns: 60 },
  );
});

it("quotes as git does", () => {
  expect(toUploadPackCommand("/a'b!c")).toBe("git-upload-pack '/a'\\''b'\\!'c'");
});
