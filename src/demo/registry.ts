import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from "node:http";
import { isDigest } from "../digest.ts";
import { MEDIA_TYPE, parseManifest } from "../oci/index.ts";
import { RegistryStore } from "./registry-store.ts";

export interface DemoRegistry {
  /** `127.0.0.1:port`, as it stands at the start of an image reference. */
  readonly host: string;
  close(): Promise<void>;
}

export interface DemoRegistryOptions {
  /** Whether it has the referrers API of distribution 1.1; without it clients keep the list in a tag. */
  readonly referrers?: boolean;
  /** Sees every request first and answers it itself if it returns true: how tests play a bad registry. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** More than anything the demo pushes. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const ROUTE =
  /^\/v2\/(?<repository>[a-z0-9._/-]+)\/(?<kind>blobs\/uploads|blobs|manifests|tags|referrers)\/(?<name>[^/]*)$/;

interface Call {
  readonly request: IncomingMessage;
  readonly repository: string;
  /** Of a tag, digest or upload. */
  readonly name: string;
  /** The `digest` parameter of an upload. */
  readonly digest: string;
}

interface Reply {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array;
}

/** A small OCI registry on a free loopback port: push, pull, tags, referrers. For the demo and for tests only. */
export async function startRegistry(options: DemoRegistryOptions = {}): Promise<DemoRegistry> {
  const handler = new RegistryHandler(options.referrers ?? true);
  const server = createServer((request, response) => {
    if (options.intercept?.(request, response) === true) return;
    void handler
      .handle(request)
      .catch((error: unknown): Reply => ({ status: 500, body: Buffer.from(String(error)) }))
      .then((reply) => write(request, response, reply));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("the registry has no port");
  return {
    host: `127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

class RegistryHandler {
  readonly #store = new RegistryStore();
  readonly #uploads = new Map<string, Uint8Array>();
  readonly #referrers: boolean;

  constructor(referrers: boolean) {
    this.#referrers = referrers;
  }

  async handle(request: IncomingMessage): Promise<Reply> {
    const url = new URL(request.url ?? "/", "http://registry");
    if (url.pathname === "/v2/") return { status: 200 };
    const { repository = "", kind, name = "" } = ROUTE.exec(url.pathname)?.groups ?? {};
    const call = { request, repository, name, digest: url.searchParams.get("digest") ?? "" };
    switch (kind) {
      case "blobs/uploads":
        return await this.#upload(call);
      case "blobs":
        return this.#getBlob(call);
      case "manifests":
        return request.method === "PUT" ? await this.#putManifest(call) : this.#getManifest(call);
      case "tags":
        return toJson("application/json", { name: repository, tags: this.#store.tags(repository) });
      case "referrers":
        return this.#listReferrers(call);
      default:
        return { status: 404 };
    }
  }

  /** In one request, or opened with POST, continued with PATCH and closed with PUT. */
  async #upload({ request, repository, name, digest }: Call): Promise<Reply> {
    const id = request.method === "POST" ? randomUUID() : name;
    const bytes = Buffer.concat([this.#uploads.get(id) ?? Buffer.alloc(0), await readBody(request)]);
    if (request.method === "PUT" || digest !== "") {
      this.#uploads.delete(id);
      if (!isDigest(digest) || !this.#store.putBlob(digest, bytes)) return { status: 400 };
      return { status: 201, headers: { location: `/v2/${repository}/blobs/${digest}` } };
    }
    this.#uploads.set(id, bytes);
    const location = `/v2/${repository}/blobs/uploads/${id}`;
    return { status: 202, headers: { location, range: `0-${Math.max(0, bytes.length - 1)}` } };
  }

  #getBlob({ name }: Call): Reply {
    const bytes = isDigest(name) ? this.#store.blob(name) : undefined;
    if (bytes === undefined) return { status: 404 };
    const headers = { "content-type": "application/octet-stream", "docker-content-digest": name };
    return { status: 200, headers, body: bytes };
  }

  async #putManifest({ request, repository, name }: Call): Promise<Reply> {
    const bytes = await readBody(request);
    const mediaType = request.headers["content-type"] ?? MEDIA_TYPE.ociManifest;
    const held = this.#store.putManifest(repository, name, mediaType, bytes);
    if (held === undefined) return { status: 400 };
    const manifest = parseManifest(bytes);
    const subject = manifest?.kind === "image" ? manifest.subject?.digest : undefined;
    const announced = this.#referrers && subject !== undefined ? { "oci-subject": subject } : {};
    return { status: 201, headers: { "docker-content-digest": held.digest, ...announced } };
  }

  #getManifest({ repository, name }: Call): Reply {
    const held = this.#store.manifest(repository, name);
    if (held === undefined) return { status: 404 };
    const headers = { "content-type": held.mediaType, "docker-content-digest": held.digest };
    return { status: 200, headers, body: held.bytes };
  }

  #listReferrers({ repository, name }: Call): Reply {
    if (!this.#referrers || !isDigest(name)) return { status: 404 };
    const manifests = this.#store.referrers(repository, name);
    return toJson(MEDIA_TYPE.ociIndex, { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests });
  }
}

function toJson(mediaType: string, value: unknown): Reply {
  return { status: 200, headers: { "content-type": mediaType }, body: Buffer.from(JSON.stringify(value)) };
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new RangeError("too large for this registry");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The length of the body also goes into the answer to a HEAD, which has none. */
function write(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const { status, headers, body = Buffer.alloc(0) } = reply;
  response.writeHead(status, { ...headers, "content-length": body.length });
  response.end(request.method === "HEAD" ? undefined : body);
}
