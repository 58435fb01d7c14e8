import { type Io, printable } from "./io.ts";

/** A column of a table: the rows' texts, and how to colour them. */
export interface Column<Row> {
  readonly title: string;
  text(row: Row): string;
  paint?(text: string, row: Row): string;
}

/** Prints rows under their titles. The texts may be anybody's: they are shown, never obeyed. */
export function printTable<Row>(
  io: Pick<Io, "line" | "colors">,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): void {
  const texts = rows.map((row) => columns.map((column) => printable(column.text(row))));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...texts.map((cells) => cells[index]?.length ?? 0)),
  );
  const pad = (text: string, index: number): string =>
    index === columns.length - 1 ? text : text.padEnd(widths[index] ?? 0);
  io.line(columns.map(({ title }, index) => io.colors.dim(pad(title, index))).join("  "));
  for (const [at, row] of rows.entries()) {
    const cells = columns.map((column, index) => {
      const text = pad(texts[at]?.[index] ?? "", index);
      return column.paint?.(text, row) ?? text;
    });
    io.line(cells.join("  ").trimEnd());
  }
}
