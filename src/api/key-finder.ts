import { ResourceError } from "./error.ts";
import type { DataSources } from "./resources.ts";
import { secretBytes } from "./secret.ts";

/** The content of a key file or of a field, and where it is from, for messages. */
export interface KeyBytes {
  readonly origin: string;
  readonly bytes: Uint8Array;
}

/** Where keys are that a TrustPolicy names and does not hold. */
export interface KeySources extends DataSources {
  /** By their paths as written. */
  readonly files: ReadonlyMap<string, KeyBytes>;
  /** Names a field of the policy. */
  locate(path: readonly PropertyKey[]): string;
}

export type Path = readonly PropertyKey[];

interface DataRef {
  readonly name: string;
  readonly key: string;
}

/** One field that says where a key is: `file`, `key` of a cosign one, or a reference. */
export type KeyReference =
  | { readonly file: string }
  | { readonly key: string }
  | { readonly secretRef: DataRef }
  | { readonly configMapRef: DataRef };

/** Finds what the policies of one namespace name: Secrets and ConfigMaps of that namespace only. */
export class KeyFinder {
  readonly #namespace: string;
  readonly #sources: KeySources;

  constructor(namespace: string, sources: KeySources) {
    this.#namespace = namespace;
    this.#sources = sources;
  }

  locate(path: Path): string {
    return this.#sources.locate(path);
  }

  findText(reference: KeyReference, path: Path): { origin: string; text: string } {
    const { origin, bytes } = this.find(reference, path);
    try {
      return { origin, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
    } catch (cause) {
      throw new ResourceError("INVALID_RESOURCE", `${origin} is not UTF-8`, { cause });
    }
  }

  find(reference: KeyReference, path: Path): KeyBytes {
    if ("file" in reference) return this.#file(reference.file, [...path, "file"]);
    if ("key" in reference) return this.#file(reference.key, [...path, "key"]);
    return "secretRef" in reference
      ? this.#data("Secret", reference.secretRef, [...path, "secretRef"])
      : this.#data("ConfigMap", reference.configMapRef, [...path, "configMapRef"]);
  }

  #file(file: string, path: Path): KeyBytes {
    const found = this.#sources.files.get(file);
    if (found !== undefined) return found;
    throw new ResourceError("INVALID_RESOURCE", `${this.locate(path)}: a cluster has no key files`, {
      remedy:
        "write the key itself (openpgp `armored`, cosign and X.509 `pem`), or name a ConfigMap (`configMapRef`)",
    });
  }

  #data(kind: "Secret" | "ConfigMap", { name, key }: DataRef, path: Path): KeyBytes {
    const origin = `${kind} ${this.#namespace}/${name}, key ${key}`;
    const bytes = this.#bytes(kind, `${this.#namespace}/${name}`, key);
    if (bytes !== undefined) return { origin, bytes };
    throw new ResourceError("MISSING_RESOURCE", `${this.locate(path)}: there is no ${origin}`, {
      remedy: "names resolve in the policy's own namespace only",
    });
  }

  #bytes(kind: "Secret" | "ConfigMap", id: string, key: string): Uint8Array | undefined {
    if (kind === "Secret") {
      const secret = this.#sources.secrets.get(id);
      return secret && secretBytes(secret, key);
    }
    const { data = {}, binaryData = {} } = this.#sources.configMaps.get(id) ?? {};
    if (Object.hasOwn(data, key)) return Buffer.from(data[key] ?? "");
    return Object.hasOwn(binaryData, key) ? Buffer.from(binaryData[key] ?? "", "base64") : undefined;
  }
}
