import { YamlProblem } from "./problem.ts";

/** Text that every consumer can hold: no NUL (a string's end in C), no half of a surrogate pair (not UTF-8). */
export function checkText(text: string, offset: number): string {
  if (text.includes("\0")) throw new YamlProblem("FORBIDDEN_CHARACTER", offset, "a NUL character");
  if (!text.isWellFormed()) throw new YamlProblem("FORBIDDEN_CHARACTER", offset, "half of a surrogate pair");
  return text;
}

/** A key that a JavaScript object may have; `__proto__` is the one that code downstream could trip over. */
export function checkKey(key: string, offset: number): string {
  if (key === "__proto__") throw new YamlProblem("FORBIDDEN_KEY", offset, "the key `__proto__`");
  return checkText(key, offset);
}
