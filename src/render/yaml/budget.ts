import { MAX_ALIASES, MAX_CHARACTERS, MAX_NODES } from "./limits.ts";
import { YamlProblem } from "./problem.ts";

/**
 * What the files of one render may weigh together once their aliases are written out: a small file can stand
 * for a large value, and many files for a larger one.
 */
export class Budget {
  #aliases = MAX_ALIASES;
  #nodes = MAX_NODES;
  #characters = MAX_CHARACTERS;

  spend(nodes: number, characters: number, offset: number): void {
    this.#nodes -= nodes;
    this.#characters -= characters;
    if (this.#nodes < 0)
      throw new YamlProblem("TOO_MANY_NODES", offset, `more than ${MAX_NODES} values in all`);
    if (this.#characters < 0) {
      throw new YamlProblem(
        "TOO_LARGE",
        offset,
        `more than ${MAX_CHARACTERS} characters with aliases expanded`,
      );
    }
  }

  spendAlias(offset: number): void {
    this.#aliases -= 1;
    if (this.#aliases < 0)
      throw new YamlProblem("TOO_MANY_ALIASES", offset, `more than ${MAX_ALIASES} aliases`);
  }
}
