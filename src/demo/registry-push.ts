import { type Digest, sha256 } from "../digest.ts";
import { type Descriptor, fallbackTag, MEDIA_TYPE, parseManifest } from "../oci/index.ts";

/** A repository on a registry that takes pushes over plain HTTP, as the demo's does. */
export interface PushTarget {
  /** `127.0.0.1:port` */
  readonly host: string;
  /** `payments/api` */
  readonly path: string;
}

export type PushedDescriptor = Pick<Descriptor, "mediaType" | "size"> & { readonly digest: Digest };

/** The JSON that goes into a manifest; anything that JSON can say. */
export type ManifestBody = Readonly<Record<string, unknown>>;

export async function pushBlob(
  target: PushTarget,
  mediaType: string,
  bytes: Uint8Array,
): Promise<PushedDescriptor> {
  const digest = sha256(bytes);
  const opened = await call(target, "POST", "blobs/uploads/");
  const location = new URL(opened.headers.get("location") ?? "", baseUrl(target));
  location.searchParams.set("digest", digest);
  await expectOk(await fetch(location, { method: "PUT", body: Buffer.from(bytes) }));
  return { mediaType, digest, size: bytes.length };
}

/** Under a tag, or under its digest alone. A manifest with a `subject` becomes findable as its referrer. */
export async function pushManifest(
  target: PushTarget,
  manifest: ManifestBody & { readonly mediaType: string },
  tag?: string,
): Promise<PushedDescriptor> {
  const body = JSON.stringify(manifest);
  const descriptor = { mediaType: manifest.mediaType, digest: sha256(body), size: Buffer.byteLength(body) };
  const response = await call(target, "PUT", `manifests/${tag ?? descriptor.digest}`, {
    headers: { "content-type": manifest.mediaType },
    body,
  });
  const pushed = parseManifest(Buffer.from(body));
  const subject = pushed?.kind === "image" ? pushed.subject : undefined;
  if (subject !== undefined && !response.headers.has("oci-subject")) {
    await listInFallbackTag(target, subject.digest as Digest, { ...descriptor, ...artifactTypeOf(manifest) });
  }
  return descriptor;
}

/** The manifest under a tag, as JSON; undefined where there is none. */
export async function pullManifest(target: PushTarget, tag: string): Promise<ManifestBody | undefined> {
  const accept = Object.values(MEDIA_TYPE).join(", ");
  const response = await fetch(new URL(`manifests/${tag}`, baseUrl(target)), { headers: { accept } });
  const text = await response.text();
  return response.status === 404 ? undefined : (JSON.parse(text) as ManifestBody);
}

/** What a client does for a registry without the referrers API (distribution spec 1.1, "Referrers Tag Schema"). */
async function listInFallbackTag(target: PushTarget, subject: Digest, referrer: ManifestBody): Promise<void> {
  const tag = fallbackTag(subject);
  const { manifests = [] } = (await pullManifest(target, tag)) ?? {};
  const index = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex };
  await pushManifest(target, { ...index, manifests: [...(manifests as ManifestBody[]), referrer] }, tag);
}

function artifactTypeOf({ artifactType }: ManifestBody): ManifestBody {
  return artifactType === undefined ? {} : { artifactType };
}

function baseUrl({ host, path }: PushTarget): string {
  return `http://${host}/v2/${path}/`;
}

async function call(
  target: PushTarget,
  method: string,
  resource: string,
  init: Omit<RequestInit, "method"> = {},
): Promise<Response> {
  return await expectOk(await fetch(new URL(resource, baseUrl(target)), { ...init, method }));
}

async function expectOk(response: Response): Promise<Response> {
  const text = await response.text();
  if (response.ok) return response;
  throw new Error(`the registry answers a push with ${response.status}: ${text.slice(0, 200)}`);
}
