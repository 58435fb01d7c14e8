import { join } from "node:path";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import type { Target } from "../../src/apply/index.ts";
import type { MemoryStore } from "../../src/audit/index.ts";
import { Cell } from "../../src/cell/index.ts";
import { openFileTarget } from "../../src/cli/file-target.ts";
import { type Books, prepareGate, type Reconciled, reconcile, type Stages } from "../../src/gate/index.ts";
import { createRegistry, type Registry } from "../../src/oci/index.ts";
import { PolicyEngine } from "../../src/policy/index.ts";
import { identity } from "../integration/audit/samples.ts";
import { openBooks } from "./books.ts";
import { FaultyStore } from "./faulty-store.ts";
import { expectSound, readTarget } from "./invariants.ts";
import { tellStory } from "./log-entries.ts";
import { SHARED_CACHE, World, type WorldOptions } from "./world.ts";

/** What starts slowly, and holds nothing of a test: one for all tests of a file. */
class Machinery implements AsyncDisposable {
  readonly cell = new Cell({ cacheDir: join(SHARED_CACHE, "cell") });
  readonly policies = new PolicyEngine({
    cell: this.cell,
    cache: { directory: join(SHARED_CACHE, "policies"), key: Buffer.from("of the tests") },
  });

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.policies.close(), this.cell.close()]);
  }
}

/** What a test wants otherwise than `sluice run` has it. */
export interface RunOptions {
  readonly store?: MemoryStore;
  readonly target?: Target;
  readonly registry?: Registry;
  readonly now?: number;
}

/** `sluice run` for the one gate of a world, in this process, with its log in memory. */
export class Flow {
  readonly world: World;
  readonly store = new FaultyStore();
  readonly #machinery: Machinery;

  constructor(world: World, machinery: Machinery) {
    this.world = world;
    this.#machinery = machinery;
  }

  /** One run of a process that then ends. */
  async run(options: RunOptions = {}): Promise<Reconciled> {
    await using books = await openBooks(options.store ?? this.store);
    return await this.runWith(books, options);
  }

  /** One run with books that are open already, as in a process that goes on. */
  async runWith(books: Books, options: RunOptions = {}): Promise<Reconciled> {
    const config = await this.world.loadGate();
    const gate = await prepareGate(config, this.#machinery.policies);
    const { target = openFileTarget(config) } = options;
    return reconcile(gate, target, books, this.#stages(options));
  }

  /** What happened according to the log, once all that must hold at any moment was found to hold. */
  async story(store: MemoryStore = this.store, out: string = this.world.out): Promise<string[]> {
    return tellStory(await expectSound(store, identity.signer.publicKey, out), this.world.messages);
  }

  /** `spec.replicas` of what is in the target. */
  async replicas(out: string = this.world.out): Promise<unknown> {
    const target = await readTarget(out);
    return target?.objects.map(({ spec }) => (spec as { replicas?: unknown } | undefined)?.replicas);
  }

  #stages({ now, registry = createRegistry() }: RunOptions): Stages {
    const { cell, policies } = this.#machinery;
    const gitDir = join(this.world.state, "cache/git");
    return { cell, policies, registry, gitDir, now: now === undefined ? Date.now : () => now };
  }
}

/** For a file of tests: gives the function that makes a flow in a world of its own, for as long as one test runs. */
export function useFlows(): (options?: WorldOptions) => Promise<Flow> {
  let machinery: Machinery | undefined;
  beforeAll(() => {
    machinery = new Machinery();
  });
  afterAll(() => machinery?.[Symbol.asyncDispose]());
  return async (options) => {
    if (machinery === undefined) throw new TypeError("flows are made in tests and their hooks");
    const world = await World.open(options);
    onTestFinished(() => world[Symbol.asyncDispose]());
    return new Flow(world, machinery);
  };
}
