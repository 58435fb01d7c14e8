import { tmpdir } from "node:os";
import { join } from "node:path";
import { DirectoryTarget, type Target } from "../../src/apply/index.ts";
import type { LogStore } from "../../src/audit/index.ts";
import { Cell } from "../../src/cell/index.ts";
import { type Books, prepareGate, type Reconciled, reconcile, type Stages } from "../../src/gate/index.ts";
import { createRegistry, type Registry } from "../../src/oci/index.ts";
import { PolicyEngine } from "../../src/policy/index.ts";
import { openBooks } from "./books.ts";
import type { World } from "./world.ts";

/** Compiled policies outlive a test run: they are bytes by their digest. */
export const SHARED_CACHE = join(tmpdir(), "sluice-test-cache");

/** What starts slowly, and holds nothing of a test: one for all tests of a file. */
export class Machinery implements AsyncDisposable {
  readonly cell = new Cell({ cacheDir: join(SHARED_CACHE, "cell") });
  readonly policies = new PolicyEngine({ cell: this.cell, cacheDir: join(SHARED_CACHE, "policies") });

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.policies.close(), this.cell.close()]);
  }
}

/** What a test wants otherwise than `sluice run` has it. */
export interface RunOptions {
  readonly now?: number;
  readonly target?: Target;
  readonly registry?: Registry;
}

/** `sluice run` for the one gate of a world, in this process. */
export class Flow {
  readonly world: World;
  readonly #machinery: Machinery;

  constructor(world: World, machinery: Machinery) {
    this.world = world;
    this.#machinery = machinery;
  }

  get gitDir(): string {
    return join(this.world.state, "cache/git");
  }

  /** One run with books that are open already, as in a process that goes on. */
  async runWith(books: Books, options: RunOptions = {}): Promise<Reconciled> {
    const config = await this.world.loadGate();
    const gate = await prepareGate(config, this.#machinery.policies);
    const { target = new DirectoryTarget(config.directory) } = options;
    return reconcile(gate, target, books, this.stages(options));
  }

  /** One run of a process that then ends. */
  async run(store: LogStore, options: RunOptions = {}): Promise<Reconciled> {
    await using books = await openBooks(store);
    return await this.runWith(books, options);
  }

  stages({ now, registry = createRegistry() }: RunOptions = {}): Stages {
    const { cell, policies } = this.#machinery;
    return { cell, policies, registry, gitDir: this.gitDir, now: now === undefined ? Date.now : () => now };
  }
}
