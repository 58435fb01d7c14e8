import type { KubeObject } from "./object.ts";

export interface ReplicaEvent {
  readonly type: "added" | "modified" | "deleted";
  /** Of a deleted object, its last state that is known. */
  readonly object: KubeObject;
  readonly previous?: KubeObject;
}

/** A copy of a type's objects, which tells what changes in it, once. */
export class Replica {
  readonly #tell: (event: ReplicaEvent) => void;
  readonly #objects = new Map<string, KubeObject>();

  constructor(tell: (event: ReplicaEvent) => void) {
    this.#tell = tell;
  }

  list(): KubeObject[] {
    return [...this.#objects.values()];
  }

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  /** What a list says: whatever is not in it has been deleted meanwhile. */
  replace(items: readonly KubeObject[]): void {
    const listed = new Set(items.map(keyOf));
    for (const [key, object] of this.#objects) if (!listed.has(key)) this.#remove(key, object);
    for (const item of items) this.#put(item);
  }

  /** What a watch says. */
  take(type: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject): void {
    if (type === "DELETED") this.#remove(keyOf(object), object);
    else this.#put(object);
  }

  #put(object: KubeObject): void {
    const key = keyOf(object);
    const known = this.#objects.get(key);
    if (known !== undefined && known.metadata.uid !== object.metadata.uid) this.#remove(key, known);
    const previous = this.#objects.get(key);
    if (previous?.metadata.resourceVersion === object.metadata.resourceVersion && previous !== undefined)
      return;
    this.#objects.set(key, object);
    this.#tell(previous === undefined ? { type: "added", object } : { type: "modified", object, previous });
  }

  #remove(key: string, object: KubeObject): void {
    const previous = this.#objects.get(key);
    if (previous === undefined) return;
    this.#objects.delete(key);
    this.#tell({ type: "deleted", object, previous });
  }
}

function keyOf({ metadata: { namespace, name } }: KubeObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
