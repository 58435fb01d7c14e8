import { GitError } from "../error.ts";
import type { GitLimits } from "../limits.ts";
import { type Advertisement, parseAdvertisement } from "./advertisement.ts";
import { type ListedRef, parseListedRef, toListRequest } from "./listed-ref.ts";
import { readPktLines, throwServerError } from "./pkt-line.ts";
import type { Transport } from "./transport.ts";
import { type PackRequest, readPack, toPackRequest } from "./upload-pack.ts";

/**
 * One session with a repository's upload-pack, over whatever transport: git's protocol 2, and protocol 0 with servers
 * that know no other. Nothing is sent before something is asked. Throws GitError.
 */
export class Remote {
  readonly #transport: Transport;
  readonly #limits: Pick<GitLimits, "refListingBytes">;
  #advertised: Promise<Advertisement> | undefined;

  constructor(transport: Transport, limits: Pick<GitLimits, "refListingBytes">) {
    this.#transport = transport;
    this.#limits = limits;
  }

  /** The repository, without credentials. */
  get url(): string {
    return this.#transport.url;
  }

  /** The refs whose names begin with one of these, in one listing; all of them where the prefix is empty. */
  async listRefs(prefixes: readonly string[]): Promise<readonly ListedRef[]> {
    const advertised = await this.#advertisement();
    const refs =
      advertised.version === 0
        ? advertised.refs
        : (await this.#lines(this.#transport.ask(toListRequest(prefixes), 2))).map(parseListedRef);
    return refs.filter(({ ref }) => prefixes.some((prefix) => ref.startsWith(prefix)));
  }

  /** The bytes of a pack with the wants and all that they reach, except what the haves reach. */
  async *fetchPack(request: PackRequest): AsyncGenerator<Uint8Array, void, undefined> {
    const { version } = await this.#advertisement();
    // In protocol 0 the pack ends the conversation; another begins with an advertisement again.
    if (version === 0) this.#advertised = undefined;
    yield* readPack(this.#transport.ask(toPackRequest(request, version), version));
  }

  close(): void {
    this.#transport.close();
  }

  #advertisement(): Promise<Advertisement> {
    this.#advertised ??= this.#lines(this.#transport.advertisement()).then(parseAdvertisement);
    return this.#advertised;
  }

  /** All lines of an answer, within the limit of listings, without their line breaks. */
  async #lines(answer: AsyncIterable<Uint8Array>): Promise<string[]> {
    const lines: string[] = [];
    for await (const line of readPktLines(this.#upToLimit(answer))) {
      throwServerError(line);
      lines.push(line.toString("utf8").replace(/\n$/, ""));
    }
    return lines;
  }

  async *#upToLimit(answer: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    const { refListingBytes } = this.#limits;
    let size = 0;
    for await (const chunk of answer) {
      size += chunk.length;
      if (size > refListingBytes) {
        throw new GitError(
          "RESPONSE_TOO_LARGE",
          `the server's listing of refs has more than ${refListingBytes} bytes`,
        );
      }
      yield chunk;
    }
  }
}
