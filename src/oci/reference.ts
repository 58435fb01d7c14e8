import { type Digest, isDigest } from "../digest.ts";
import { type Judged, passed, refused } from "../refusal.ts";

/** Where manifests and blobs are kept: `registry.bank.example:5000` and `payments/api`. */
export interface Repository {
  /** Host and optional port, canonical: lower case, no IPv4 or IPv6 shorthand. */
  readonly registry: string;
  readonly path: string;
}

/** An image reference in full: nothing is implied any more, at least one of tag and digest is there. */
export interface ImageReference {
  readonly repository: Repository;
  readonly tag?: string;
  readonly digest?: Digest;
}

/** The limit of distribution/reference for `registry/path`. */
const MAX_NAME = 255;
/** A name, a tag of 128 characters, a digest, and their separators. */
const MAX_REFERENCE = MAX_NAME + 1 + 128 + 1 + 71;

const HOST_LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
const REGISTRY = new RegExp(`^(${HOST_LABEL}(?:\\.${HOST_LABEL})*|\\[[0-9a-f:]+\\])(?::([1-9][0-9]{0,4}))?$`);
const PATH_PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const PATH = new RegExp(`^${PATH_PART}(?:/${PATH_PART})*$`);
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
/** Container engines read 64 hexadecimal digits as an image id, not as a name. */
const IMAGE_ID = /^[0-9a-f]{64}$/;

const DOCKER_HUB = "docker.io";
const DOCKER_HUB_ALIAS = "index.docker.io";
const MAX_PORT = 65_535;

/**
 * Reads an image as a container engine does (the grammar and defaults of `distribution/reference`), but
 * takes canonical spellings only: an upper-case host, `127.1` or a digest other than SHA-256 is refused.
 */
export function parseReference(text: string): Judged<ImageReference, "IMAGE_REFERENCE_INVALID"> {
  const invalid = (message: string) =>
    refused({
      code: "IMAGE_REFERENCE_INVALID",
      subject: text.slice(0, MAX_REFERENCE),
      message,
      remedy: "write it as registry/path:tag, registry/path@sha256:…, or both",
    });
  if (text.length > MAX_REFERENCE) return invalid(`longer than ${MAX_REFERENCE} characters`);
  const { name, tag, digest } = split(text);
  const repository = parseRepository(name);
  if (repository === undefined) return invalid("the registry and path are not a canonical image name");
  if (tag !== undefined && !TAG.test(tag)) return invalid("the tag has characters that tags cannot have");
  if (digest === undefined) return passed({ repository, tag: tag ?? "latest" });
  if (!isDigest(digest)) return invalid("the digest is not `sha256:` and 64 lower-case hexadecimal digits");
  return passed({ repository, digest, ...(tag !== undefined && { tag }) });
}

/** `registry/path` with Docker Hub's defaults filled in; undefined where it is not canonical. */
export function parseRepository(name: string): Repository | undefined {
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(slash, 0));
  const isRegistry = first === "localhost" || /[.:]/.test(first);
  const given = isRegistry ? first : DOCKER_HUB;
  const registry = given === DOCKER_HUB_ALIAS ? DOCKER_HUB : given;
  const rest = isRegistry ? name.slice(slash + 1) : name;
  const path = registry === DOCKER_HUB && !rest.includes("/") ? `library/${rest}` : rest;
  if (!isRegistryName(registry) || !PATH.test(path) || IMAGE_ID.test(rest)) return undefined;
  return registry.length + 1 + path.length > MAX_NAME ? undefined : { registry, path };
}

/**
 * Whether this is a registry host as the URL parser would leave it. What that parser rewrites (`127.1`,
 * `0x7f.0.0.1`) would be one host when it is judged and another when it is asked.
 */
export function isRegistryName(text: string): boolean {
  const [matched, host = "", port = "443"] = REGISTRY.exec(text) ?? [];
  if (matched === undefined || Number(port) > MAX_PORT || !URL.canParse(`https://${host}`)) return false;
  return new URL(`https://${host}`).hostname === host;
}

export function formatRepository({ registry, path }: Repository): string {
  return `${registry}/${path}`;
}

/** The canonical text: `registry/path:tag@digest`, of which tag or digest may be missing. */
export function formatReference({ repository, tag, digest }: ImageReference): string {
  const name = formatRepository(repository);
  return `${name}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

/** Cuts `name[:tag][@digest]` apart; a colon before the last slash belongs to a port. */
function split(text: string): { name: string; tag?: string; digest?: string } {
  const at = text.indexOf("@");
  const tagged = at === -1 ? text : text.slice(0, at);
  const digest = at === -1 ? {} : { digest: text.slice(at + 1) };
  const colon = tagged.indexOf(":", tagged.lastIndexOf("/") + 1);
  if (colon === -1) return { name: tagged, ...digest };
  return { name: tagged.slice(0, colon), tag: tagged.slice(colon + 1), ...digest };
}
