// Sets of fields as `managedFields` writes them (FieldsV1): a tree whose keys are `f:<field>`, `k:<keys of a list
// item, as JSON>`, `v:<a set's item, as JSON>` and `i:<index>`. A path is in the set where its node is empty or
// holds `.`. https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/fieldpath/serialize.go

export interface FieldSet {
  readonly [segment: string]: FieldSet;
}

const ITSELF = ".";

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
  return combine(left, right, (inLeft, inRight) => inLeft || inRight);
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
export function fieldPaths(set: FieldSet, prefix = ""): string[] {
  return children(set).flatMap(([segment, node]) => {
    const path = prefix + showSegment(segment, prefix === "");
    return [...(isMember(node) ? [path] : []), ...fieldPaths(node, path)];
  });
}

type Keep = (inLeft: boolean, inRight: boolean) => boolean;

function combine(left: FieldSet, right: FieldSet, keep: Keep): FieldSet {
  const segments = new Set([...children(left), ...children(right)].map(([segment]) => segment));
  const combined: Record<string, FieldSet> = Object.create(null);
  for (const segment of segments) {
    const [a, b] = [left[segment], right[segment]];
    const below = combine(a ?? {}, b ?? {}, keep);
    const itself = keep(a !== undefined && isMember(a), b !== undefined && isMember(b));
    if (itself) combined[segment] = isEmptySet(below) ? {} : { [ITSELF]: {}, ...below };
    else if (!isEmptySet(below)) combined[segment] = below;
  }
  return combined;
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

/** `{"name":"api"}` as `name=api`. */
function showKeys(json: string): string {
  const keys: unknown = JSON.parse(json);
  return Object.entries(Object(keys))
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}
