import { isAlias, isMap, isScalar, isSeq, type Pair, Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import type { JsonValue } from "../types.ts";
import type { Budget } from "./budget.ts";
import { MAX_DEPTH } from "./limits.ts";
import { YamlProblem } from "./problem.ts";
import { resolvePlain } from "./scalar.ts";
import { checkKey, checkText } from "./text.ts";

/** A value with what it weighs once its aliases are written out. */
interface Built {
  readonly value: JsonValue;
  readonly nodes: number;
  readonly characters: number;
  readonly depth: number;
}

/** Turns one composed document into JSON values, counting as it goes. Aliases share what they name. */
export class Converter {
  readonly #anchors = new Map<string, Built>();
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  convert(node: unknown): JsonValue {
    return this.#build(node, 0).value;
  }

  /** `at` is where the node would stand, for a node that is absent (`key:`). */
  #build(node: unknown, at: number): Built {
    if (node === null || node === undefined) return this.#scalar(null, 0, at);
    const offset = offsetOf(node, at);
    if (isAlias(node)) return this.#follow(node.source, offset);
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) {
      throw new YamlProblem("MALFORMED_YAML", offset, "neither a mapping, a sequence nor a scalar");
    }
    refuseTag(node, offset);
    const built = this.#buildNode(node, offset);
    if (built.depth > MAX_DEPTH) {
      throw new YamlProblem("TOO_DEEP", offset, `more than ${MAX_DEPTH} collections within each other`);
    }
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, built);
    return built;
  }

  #buildNode(node: Scalar | YAMLMap | YAMLSeq, offset: number): Built {
    if (isMap(node)) return this.#buildMap(node, offset);
    if (isSeq(node)) return this.#buildSeq(node, offset);
    const text = checkText(textOf(node), offset);
    return this.#scalar(isPlain(node) ? resolvePlain(text, offset) : text, text.length, offset);
  }

  #scalar(value: JsonValue, characters: number, offset: number): Built {
    this.#budget.spend(1, characters, offset);
    return { value, nodes: 1, characters, depth: 0 };
  }

  #buildMap(map: YAMLMap, offset: number): Built {
    this.#budget.spend(1, 0, offset);
    const value: { [key: string]: JsonValue } = Object.create(null);
    const total = new Tally();
    for (const pair of map.items) {
      const at = offsetOf(pair.key, offset);
      const key = keyOf(pair, at);
      if (Object.hasOwn(value, key)) {
        throw new YamlProblem("DUPLICATE_KEY", at, `the key \`${key}\` is given twice`);
      }
      this.#budget.spend(0, key.length, at);
      value[key] = total.add(this.#build(pair.value, at), key.length);
    }
    return total.close(value);
  }

  #buildSeq(seq: YAMLSeq, offset: number): Built {
    this.#budget.spend(1, 0, offset);
    const total = new Tally();
    return total.close(seq.items.map((item) => total.add(this.#build(item, offset), 0)));
  }

  /** An anchor is known only after its node was built, so an alias inside the node it names leads nowhere. */
  #follow(name: string, offset: number): Built {
    this.#budget.spendAlias(offset);
    const built = this.#anchors.get(name);
    if (built === undefined) {
      throw new YamlProblem(
        "MALFORMED_YAML",
        offset,
        `the alias \`*${name}\` names nothing that stands before it`,
      );
    }
    this.#budget.spend(built.nodes, built.characters, offset);
    return built;
  }
}

/** Sums up a collection from its members. */
class Tally {
  #nodes = 1;
  #characters = 0;
  #depth = 0;

  add(member: Built, keyCharacters: number): JsonValue {
    this.#nodes += member.nodes;
    this.#characters += member.characters + keyCharacters;
    this.#depth = Math.max(this.#depth, member.depth);
    return member.value;
  }

  close(value: JsonValue): Built {
    return { value, nodes: this.#nodes, characters: this.#characters, depth: this.#depth + 1 };
  }
}

/** Only text that every reader takes for the same string; a decimal integer is one, as in `8080: default/api`. */
function keyOf(pair: Pair, at: number): string {
  if (!isScalar(pair.key)) throw new YamlProblem("NON_STRING_KEY", at, "a key that is not a scalar");
  refuseTag(pair.key, at);
  const key = checkKey(textOf(pair.key), at);
  if (isPlain(pair.key)) refuseUnlessText(key, at);
  return key;
}

function refuseUnlessText(key: string, offset: number): void {
  if (key === "<<") throw new YamlProblem("FORBIDDEN_YAML_FEATURE", offset, "a merge key (`<<`)");
  const resolved = resolvePlain(key, offset);
  const isSameText =
    typeof resolved === "string" || (typeof resolved === "number" && String(resolved) === key);
  if (!isSameText)
    throw new YamlProblem("NON_STRING_KEY", offset, `the key \`${key}\` is not text without quotes`);
}

/** Tags give types that JSON does not have, or override the type that a reader sees. */
function refuseTag(node: { tag?: string }, offset: number): void {
  if (node.tag !== undefined)
    throw new YamlProblem("FORBIDDEN_YAML_FEATURE", offset, `the tag \`${node.tag}\``);
}

function isPlain(scalar: Scalar): boolean {
  return scalar.type === Scalar.PLAIN || scalar.type === undefined;
}

/** The failsafe schema leaves every scalar as the string it spells. */
function textOf(scalar: Scalar): string {
  return typeof scalar.value === "string" ? scalar.value : "";
}

function offsetOf(node: unknown, otherwise: number): number {
  if (isAlias(node) || isScalar(node) || isMap(node) || isSeq(node)) return node.range?.[0] ?? otherwise;
  return otherwise;
}
