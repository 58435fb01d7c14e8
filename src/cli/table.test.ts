import { createColors } from "picocolors";
import { expect, it } from "vitest";
import { printTable } from "./table.ts";

interface Row {
  readonly name: string;
  readonly state: string;
}

function print(rows: readonly Row[], colored = false): string[] {
  const lines: string[] = [];
  const colors = createColors(colored);
  const io = { colors, line: (text = "") => void lines.push(text) };
  const columns = [
    { title: "NAME", text: ({ name }: Row) => name },
    { title: "STATE", text: ({ state }: Row) => state, paint: colors.green },
  ];
  printTable(io, columns, rows);
  return lines;
}

it("aligns columns by their longest text", () => {
  expect(
    print([
      { name: "a", state: "x" },
      { name: "longer", state: "" },
    ]),
  ).toEqual(["NAME    STATE", "a       x", "longer"]);
});

it("shows escape sequences instead of sending them", () => {
  const [, row] = print([{ name: "\u001b[31ma", state: "x" }], true);
  expect(row).toContain("\\u001b[31ma");
  expect(row).not.toContain("\u001b[31m");
  expect(row).toContain("\u001b[32mx");
});
