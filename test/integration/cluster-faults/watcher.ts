import { join } from "node:path";
import { DirectoryFiles } from "../../../src/audit/index.ts";
import { type KubeClient, type KubeObject, Reflector } from "../../../src/kube/index.ts";
import { readEntries } from "../../support/log-entries.ts";

/**
 * Sees every state of the marker object, and looks at once whether the log on the disk has an admission of the
 * revision that brought it there: nothing may be in the cluster before it is recorded.
 */
export class Witness implements AsyncDisposable {
  /** Values that were in the cluster while no admission of them was in the log. */
  readonly unrecorded: string[] = [];
  readonly seen = new Set<string>();
  readonly #reflector: Reflector;
  readonly #log: string;
  readonly #revisionOf: (value: string) => string | undefined;
  #checks: Promise<void> = Promise.resolve();

  constructor(
    client: KubeClient,
    options: { log: string; revisionOf: (value: string) => string | undefined },
  ) {
    this.#log = options.log;
    this.#revisionOf = options.revisionOf;
    this.#reflector = new Reflector(
      client,
      { apiVersion: "v1", kind: "ConfigMap" },
      { namespace: "payments", onEvent: ({ type, object }) => this.#see(type, object) },
    );
    this.#reflector.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reflector[Symbol.asyncDispose]();
    await this.#checks;
  }

  #see(type: string, { metadata, data }: KubeObject): void {
    if (type === "deleted" || metadata.name !== "round") return;
    const value = String(Object(data).round);
    if (this.seen.has(value)) return;
    this.seen.add(value);
    this.#checks = this.#checks.then(() => this.#check(value));
  }

  async #check(value: string): Promise<void> {
    const entries = await readEntries(new DirectoryFiles(join(this.#log)));
    const revision = this.#revisionOf(value);
    const admitted = entries.some(
      ({ entry }) =>
        entry.kind === "decision" &&
        entry.decision.verdict === "admit" &&
        entry.decision.source.revision === revision,
    );
    if (!admitted) this.unrecorded.push(value);
  }
}
