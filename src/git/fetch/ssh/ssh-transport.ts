import { connect, type Socket } from "node:net";
import type { Client, ClientChannel } from "ssh2";
import { GitError } from "../../error.ts";
import type { GitLimits } from "../../limits.ts";
import type { SshAuth } from "../auth.ts";
import { IdleTimer } from "../idle-timer.ts";
import type { Transport } from "../transport.ts";
import { CIPHERS, COMPRESSIONS, KEY_EXCHANGES, MACS, signaturesOf } from "./algorithms.ts";
import { Conversation } from "./conversation.ts";
import { parseIdentity } from "./identity.ts";
import { type HostPins, judgeHostKey, parsePins } from "./known-hosts.ts";
import { toSha2Agent } from "./sha2-agent.ts";
import { hungUp, runsNothing, toSshError } from "./ssh-errors.ts";
import { parseSshUrl, type SshAddress } from "./ssh-url.ts";
import { toUploadPackCommand } from "./upload-pack-command.ts";

export interface SshOptions {
  readonly url: string;
  readonly auth: SshAuth;
  readonly limits: Pick<GitLimits, "idleMs">;
  readonly signal: AbortSignal;
}

/** More than the window that the server is given: one that ignores it is not listened to. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

/**
 * `git-upload-pack` over one SSH connection. The server proves itself by a key that was pinned before; only then is the
 * user's key shown to it. Everything until then must happen within the longest silence.
 */
export class SshTransport implements Transport {
  readonly #options: SshOptions;
  readonly #address: SshAddress;
  readonly #pins: HostPins;
  readonly #idle: IdleTimer;
  /** Aborted with a GitError: by what goes wrong first, or by whoever closes it. */
  readonly #broken = new AbortController();
  #socket: Socket | undefined;
  #client: Promise<Client> | undefined;
  #conversation: Conversation | undefined;

  constructor(options: SshOptions) {
    this.#options = options;
    this.#address = parseSshUrl(options.url);
    this.#pins = parsePins(options.auth.knownHosts, this.#address);
    this.#idle = new IdleTimer(options.limits.idleMs);
  }

  get url(): string {
    return this.#address.url;
  }

  async *advertisement(): AsyncGenerator<Uint8Array, void, undefined> {
    this.#client ??= this.#connect();
    const channel = await this.#run(await this.#client);
    this.#conversation = new Conversation(channel, this.#idle, this.#broken.signal);
    this.#socket?.on("data", () => {
      if (channel.readableLength > MAX_BUFFERED_BYTES) {
        this.#break(
          new GitError("RESPONSE_TOO_LARGE", `${this.url} sends more than it was told that it may`),
        );
      }
    });
    yield* this.#conversation.answer();
  }

  async *ask(request: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#conversation === undefined) throw new TypeError("nothing was advertised yet");
    this.#conversation.say(request);
    yield* this.#conversation.answer();
  }

  close(): void {
    this.#break(new GitError("CANCELLED", `the connection to ${this.url} is closed`));
  }

  async #connect(): Promise<Client> {
    const { default: ssh2 } = await import("ssh2");
    const { identity, passphrase } = this.#options.auth;
    const agent = toSha2Agent(ssh2.BaseAgent, parseIdentity(ssh2.utils.parseKey, identity, passphrase));
    this.#watch();
    this.#broken.signal.throwIfAborted();
    const { host, port, user } = this.#address;
    const client = new ssh2.Client();
    const ready = new Promise<void>((resolve) => {
      client.once("ready", resolve);
    });
    client.on("error", (error) => this.#break(toSshError(error, this.#address)));
    client.on("close", () => this.#break(hungUp(this.url)));
    const socket = connect({ host, port });
    this.#broken.signal.addEventListener("abort", () => socket.destroy(), { once: true });
    this.#socket = socket;
    client.connect({
      sock: socket,
      ident: "sluice",
      readyTimeout: 0, // the idle timer is ours
      algorithms: {
        kex: [...KEY_EXCHANGES],
        cipher: [...CIPHERS],
        hmac: [...MACS],
        compress: [...COMPRESSIONS],
        serverHostKey: signaturesOf(this.#pins.keys.map(({ type }) => type)),
      },
      hostVerifier: (shown: Buffer) => this.#isPinned(shown),
      username: user,
      agent,
      authHandler: ["agent"],
    });
    await this.#withoutSilence(ready);
    return client;
  }

  #isPinned(shown: Buffer): boolean {
    const fault = judgeHostKey(shown, this.#pins, this.#address);
    if (fault !== undefined) this.#break(fault);
    return fault === undefined;
  }

  /** A server that does not take the variable answers in protocol 0. */
  #run(client: Client): Promise<ClientChannel> {
    const { promise, resolve, reject } = Promise.withResolvers<ClientChannel>();
    const env = { GIT_PROTOCOL: "version=2" };
    try {
      client.exec(toUploadPackCommand(this.#address.path), { env }, (error, channel) => {
        if (error === undefined) resolve(channel);
        else reject(runsNothing(this.url));
      });
    } catch {
      reject(hungUp(this.url)); // so short a time ago that nobody was told
    }
    return this.#withoutSilence(promise);
  }

  /** Waits for one step, up to the longest silence, and no longer than there is a connection. */
  async #withoutSilence<T>(step: Promise<T>): Promise<T> {
    const { signal } = this.#broken;
    const broken = Promise.withResolvers<never>();
    const stop = (): void => broken.reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    this.#idle.resume();
    try {
      return await Promise.race([step, broken.promise]);
    } finally {
      this.#idle.stop();
      signal.removeEventListener("abort", stop);
    }
  }

  #watch(): void {
    const { signal } = this.#options;
    const silence = this.#idle.start();
    this.#idle.stop();
    const late = (): void => this.#break(new GitError("TIMEOUT", `${this.url} did not answer in time`));
    silence.addEventListener("abort", late, { once: true });
    // Whose deadline it was, or who cancelled, is told by whoever gave the signal.
    const cancel = (): void => this.#break(hungUp(this.url));
    signal.addEventListener("abort", cancel, { once: true, signal: this.#broken.signal });
    if (signal.aborted) cancel();
  }

  /** The first reason is the one that is told. */
  #break(reason: GitError): void {
    this.#idle.stop();
    this.#broken.abort(reason);
  }
}
