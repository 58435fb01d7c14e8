// Sets of fields as `managedFields` writes them (FieldsV1): a tree whose keys are `f:<field>`, `k:<keys of a list
// item, as JSON>`, `v:<a set's item, as JSON>` and `i:<index>`. A path is in the set where its node is empty or
// holds `.`. https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/fieldpath/serialize.go

export interface FieldSet {
  readonly [segment: string]: FieldSet;
}

const ITSELF = ".";
/** Of one segment. Names of fields are shorter; keys of maps are at most 317 characters long. */
const MAX_SHOWN = 400;

/** What is in `left` and not in `right`. */
export function subtractFields(left: FieldSet, right: FieldSet): FieldSet {
  return combine(left, right, (inLeft, inRight) => inLeft && !inRight);
}

/** What is in both. */
export function intersectFields(left: FieldSet, right: FieldSet): FieldSet {
  return combine(left, right, (inLeft, inRight) => inLeft && inRight);
}

/** What is in either. */
export function uniteFields(left: FieldSet, right: FieldSet): FieldSet {
  return uniteAll([left, right]);
}

/** What is in any: many sets cost no more than as much in one, and how many there are is for others to say. */
export function uniteAll(sets: readonly FieldSet[]): FieldSet {
  const nodes = Map.groupBy(sets.flatMap(children), ([segment]) => segment);
  const united: Record<string, FieldSet> = Object.create(null);
  for (const [segment, entries] of nodes) {
    const same = entries.map(([, node]) => node);
    united[segment] = nodeOf(same.some(isMember), uniteAll(same));
  }
  return united;
}

export function isEmptySet(set: FieldSet): boolean {
  return Object.keys(set).length === 0;
}

/** The part of the set below these top-level fields, and nothing else. */
export function pickFields(set: FieldSet, wanted: (field: string) => boolean): FieldSet {
  return Object.fromEntries(
    Object.entries(set).filter(([segment]) => segment.startsWith("f:") && wanted(segment.slice("f:".length))),
  );
}

/** Every path in the set, for people: `spec.template.spec.containers[name=api].image`. Values are never shown. */
export function fieldPaths(set: FieldSet): string[] {
  const paths: string[] = [];
  addPaths(set, "", paths);
  return paths;
}

function addPaths(set: FieldSet, prefix: string, paths: string[]): void {
  for (const [segment, node] of children(set)) {
    const path = prefix + clip(showSegment(segment, prefix === ""));
    if (isMember(node)) paths.push(path);
    addPaths(node, path, paths);
  }
}

type Keep = (inLeft: boolean, inRight: boolean) => boolean;

function combine(left: FieldSet, right: FieldSet, keep: Keep): FieldSet {
  const segments = new Set([...children(left), ...children(right)].map(([segment]) => segment));
  const combined: Record<string, FieldSet> = Object.create(null);
  for (const segment of segments) {
    const [a, b] = [left[segment], right[segment]];
    const below = combine(a ?? {}, b ?? {}, keep);
    const itself = keep(a !== undefined && isMember(a), b !== undefined && isMember(b));
    if (itself || !isEmptySet(below)) combined[segment] = nodeOf(itself, below);
  }
  return combined;
}

function nodeOf(itself: boolean, below: FieldSet): FieldSet {
  return itself && !isEmptySet(below) ? { [ITSELF]: {}, ...below } : below;
}

function children(set: FieldSet): [string, FieldSet][] {
  return Object.entries(set).filter(([segment]) => segment !== ITSELF);
}

function isMember(node: FieldSet): boolean {
  return isEmptySet(node) || Object.hasOwn(node, ITSELF);
}

function showSegment(segment: string, first: boolean): string {
  const text = segment.slice(2);
  switch (segment.slice(0, 2)) {
    case "f:":
      return first ? text : `.${text}`;
    case "k:":
      return `[${showKeys(text)}]`;
    default:
      return "[]"; // an item of a set: it is a value
  }
}

/** `{"name":"api"}` as `name=api`. The API server's keys are scalars; what could not be text is not asked to be. */
function showKeys(json: string): string {
  return Object.entries(parseKeys(json))
    .map(([key, value]) => `${key}=${Object(value) === value ? "…" : value}`)
    .join(",");
}

/** Nothing where it is no JSON: whoever wrote it, the field is still to be named. */
function parseKeys(json: string): object {
  try {
    const keys: unknown = JSON.parse(json);
    return Object(keys);
  } catch {
    return {};
  }
}

function clip(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN).toWellFormed()}…`;
}
