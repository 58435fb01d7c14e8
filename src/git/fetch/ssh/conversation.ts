import { PassThrough } from "node:stream";
import type { ClientChannel } from "ssh2";
import { GitError } from "../../error.ts";
import type { IdleTimer } from "../idle-timer.ts";
import { PktFraming } from "../pkt-framing.ts";

/** Of what the server says on its error channel; the rest is dropped as it comes. */
const MAX_COMPLAINT = 200;

/** What one run of upload-pack and we say to each other. It ends with the run, or with `broken`. */
export class Conversation {
  readonly #channel: ClientChannel;
  readonly #idle: IdleTimer;
  readonly #output = new PassThrough();
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #framing = new PktFraming();
  #complaint = Buffer.alloc(0);
  #isStarted = false;

  constructor(channel: ClientChannel, idle: IdleTimer, broken: AbortSignal) {
    this.#channel = channel;
    this.#idle = idle;
    this.#chunks = this.#output[Symbol.asyncIterator]();
    this.#output.on("error", () => {}); // whoever reads is told
    broken.addEventListener("abort", () => this.#output.destroy(broken.reason), { once: true });
    channel.on("error", () => this.#output.destroy(malformed("it goes on after its end")));
    channel.stderr.on("error", () => {});
    channel.stderr.on("data", (chunk: Buffer) => {
      this.#complaint = Buffer.concat([this.#complaint, chunk.subarray(0, MAX_COMPLAINT)]).subarray(
        0,
        MAX_COMPLAINT,
      );
    });
    // Not with the end of the data: what it complains of may come after.
    channel.on("close", () => this.#output.end());
    channel.pipe(this.#output, { end: false });
  }

  say(bytes: Uint8Array): void {
    this.#channel.write(bytes);
  }

  /** What is said until the next flush line. */
  async *answer(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const chunk = await this.#next();
      if (chunk === undefined) {
        if (!this.#isStarted) throw this.#didNotStart();
        return;
      }
      this.#isStarted = true;
      const end = this.#framing.endIn(chunk);
      if (end !== undefined && end < chunk.length) {
        throw malformed("it says more than it was asked");
      }
      yield chunk;
      if (end !== undefined) return;
    }
  }

  async #next(): Promise<Buffer | undefined> {
    this.#idle.resume();
    try {
      const { done, value } = await this.#chunks.next();
      return done === true ? undefined : value;
    } finally {
      this.#idle.stop();
    }
  }

  #didNotStart(): GitError {
    const complaint = this.#complaint.toString("utf8").trim();
    const said = complaint === "" ? "it does not say why" : JSON.stringify(complaint);
    return new GitError("REPOSITORY_NOT_FOUND", `the server does not open the repository: ${said}`, {
      remedy: "check the path in the URL, and that the key may read there",
    });
  }
}

function malformed(found: string): GitError {
  return new GitError("BAD_RESPONSE", `the server's answer is not well formed: ${found}`);
}
