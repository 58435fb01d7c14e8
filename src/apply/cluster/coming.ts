import type { KubeClient, KubeObject } from "../../kube/index.ts";
import { KubeError } from "../../kube/index.ts";

/** What a change brings with it, that others in it need, and that is not in the cluster yet: kinds and namespaces. */
export class Coming {
  readonly #kinds: ReadonlySet<string>;
  readonly #namespaces: ReadonlySet<string>;

  private constructor(kinds: ReadonlySet<string>, namespaces: ReadonlySet<string>) {
    this.#kinds = kinds;
    this.#namespaces = namespaces;
  }

  static async of(wanted: readonly KubeObject[], client: KubeClient): Promise<Coming> {
    const namespaces = new Set<string>();
    for (const { kind, metadata } of wanted) {
      if (kind === "Namespace" && (await isAbsent(metadata.name, client))) namespaces.add(metadata.name);
    }
    return new Coming(new Set(wanted.flatMap(kindsDefinedBy)), namespaces);
  }

  /** Whether the API server cannot say yet what it makes of the object. Throws KubeError. */
  async delays({ apiVersion, kind, metadata }: KubeObject, client: KubeClient): Promise<boolean> {
    if (this.#namespaces.has(metadata.namespace ?? "")) return true;
    if (!this.#kinds.has(`${apiVersion}/${kind}`)) return false;
    return (await client.resourceOf(apiVersion, kind)) === undefined;
  }
}

/** Whoever may not look takes it for absent: its objects are then tried out when it is there for certain. */
async function isAbsent(namespace: string, client: KubeClient): Promise<boolean> {
  try {
    return (
      (await client.get({ apiVersion: "v1", kind: "Namespace", name: namespace }, { metadataOnly: true })) ===
      undefined
    );
  } catch (error) {
    if (error instanceof KubeError && error.code === "FORBIDDEN") return true;
    throw error;
  }
}

/** As `bank.example/v1/Widget`, one for each version. */
function kindsDefinedBy({ kind, spec }: KubeObject): string[] {
  if (kind !== "CustomResourceDefinition") return [];
  const { group, names, versions }: Record<string, unknown> = Object(spec);
  const listed: unknown[] = Array.isArray(versions) ? versions : [];
  return listed.map(
    (version) => `${String(group)}/${String(Object(version).name)}/${String(Object(names).kind)}`,
  );
}
