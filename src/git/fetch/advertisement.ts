import { GitError } from "../error.ts";
import { isOid, type Oid } from "../oid.ts";
import { type ListedRef, notListing, parseRefName } from "./listed-ref.ts";

/** What upload-pack says first. The older protocol has all refs in it. */
export type Advertisement =
  | { readonly version: 2 }
  | { readonly version: 0; readonly refs: readonly ListedRef[] };

/** Instead of a ref, where there are none. */
const NO_REFS = "capabilities^{}";
const PEELED = "^{}";

/**
 * Reads the advertisement of either protocol.
 * https://git-scm.com/docs/protocol-v2#_capability_advertisement
 * https://git-scm.com/docs/gitprotocol-pack#_reference_discovery
 */
export function parseAdvertisement(lines: readonly string[]): Advertisement {
  const [first, ...others] = lines;
  if (first === "version 2") {
    requireCapabilities(others);
    return { version: 2 };
  }
  if (first === undefined) return { version: 0, refs: [] };
  const end = first.indexOf("\0");
  if (end === -1) throw notListing();
  const capabilities = first.slice(end + 1).split(" ");
  requireSha1(capabilities);
  return { version: 0, refs: parseRefs([first.slice(0, end), ...others], capabilities) };
}

function requireCapabilities(capabilities: readonly string[]): void {
  requireSha1(capabilities);
  const names = capabilities.map((capability) => capability.split("=")[0]);
  if (names.includes("ls-refs") && names.includes("fetch")) return;
  throw new GitError("NOT_A_GIT_SERVER", "the server does not let fetch from it");
}

function requireSha1(capabilities: readonly string[]): void {
  const format = capabilities.find((capability) => capability.startsWith("object-format="));
  if (format === undefined || format === "object-format=sha1") return;
  throw new GitError("UNSUPPORTED_REPOSITORY", "the repository does not name its objects by SHA-1", {
    remedy: "use a repository with the object format sha1, git's default",
  });
}

function parseRefs(lines: readonly string[], capabilities: readonly string[]): ListedRef[] {
  const oids = new Map<string, Oid>();
  for (const line of lines) {
    const [oid = "", name, ...more] = line.split(" ");
    if (oid === "shallow") continue; // its history is found missing where it is needed
    if (!isOid(oid) || name === undefined || more.length > 0) throw notListing();
    if (name !== NO_REFS) oids.set(name, oid);
  }
  return [...oids]
    .filter(([name]) => !name.endsWith(PEELED))
    .map(([name, oid]) => {
      const peeled = oids.get(name + PEELED);
      const target = symrefTarget(name, capabilities);
      return {
        ref: parseRefName(name),
        oid,
        ...(peeled !== undefined && { peeled }),
        ...(target !== undefined && { target }),
      };
    });
}

function symrefTarget(name: string, capabilities: readonly string[]): string | undefined {
  const start = `symref=${name}:`;
  return capabilities.find((capability) => capability.startsWith(start))?.slice(start.length);
}
