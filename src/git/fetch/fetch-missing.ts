import { APPROVAL_NOTES_REF, type RawApproval, readApprovals } from "../approvals.ts";
import { GitError } from "../error.ts";
import { isOid, type Oid } from "../oid.ts";
import type { Repository } from "../repository/repository.ts";
import { type RawTag, readTagAt } from "../tag-refs.ts";
import { Turns } from "../turns.ts";
import { sampleHaves } from "./haves.ts";
import type { Remote } from "./remote.ts";
import type { RemoteRef } from "./ref-selector.ts";
import type { RemoteTarget } from "./remote-refs.ts";
import type { StateRepository } from "./state-repository.ts";
import type { PackRequest } from "./upload-pack.ts";

/** More people than ever have to agree. */
const MAX_RESETS = 16;

/** A server that said where its refs stand, and the place for what it sends. */
export interface Session {
  readonly remote: Remote;
  readonly target: RemoteTarget;
  readonly state: StateRepository;
  readonly signal: AbortSignal;
}

/**
 * What the server named and is not here yet. A ref that is kept says that all which it reaches is here: one is written
 * once that was read, and not before.
 */
export class MissingObjects {
  readonly #session: Session;
  readonly #repository: Repository;
  readonly #received = new Set<Oid>();

  constructor(session: Session, repository: Repository) {
    this.#session = session;
    this.#repository = repository;
  }

  /**
   * Fetches the head, and what may approve it in the same request: the notes, and the tags of the new commits, which
   * come with them. So news cost one request whatever is asked about them.
   */
  async fetchHead(base: Oid | undefined): Promise<void> {
    const { oid, approvals } = this.#session.target;
    const known = this.#repository.readRef(this.#keptRef);
    if (known === oid) return;
    const reached = known ?? (base !== undefined && this.#repository.find(base, "commit") ? base : undefined);
    await this.#receive({
      wants: [oid, ...this.#missingNotes()],
      haves: [...(reached === undefined ? [] : this.#haves(reached)), ...this.#knownNotes()],
      withTags: approvals !== undefined,
    }).catch((error: unknown) => this.#throwNotServed(error));
  }

  /** Reads what may approve the commits of a range; fetches what came to a head that was here already. */
  async readApprovals(commits: ReadonlySet<Oid>): Promise<readonly RawApproval[]> {
    const { approvals, oid } = this.#session.target;
    if (approvals === undefined) return [];
    const tags = approvals.tags.filter(({ peeled }) => commits.has(peeled));
    const wants = [...this.#missingNotes(), ...missingTags(tags, this.#repository)];
    if (wants.length > 0) {
      await this.#receive({ wants, haves: [...this.#haves(oid), ...this.#knownNotes()] });
    }
    return readApprovals(this.#repository, { notes: approvals.notes, tags }, commits);
  }

  /** Reads the tags that may take a gate back. */
  async readResets(): Promise<readonly RawTag[]> {
    const { resets = [], oid } = this.#session.target;
    if (resets.length > MAX_RESETS) {
      throw new GitError(
        "RESPONSE_TOO_LARGE",
        `${resets.length} tags would take the gate back; the limit is ${MAX_RESETS}`,
        { remedy: "delete those that are not meant" },
      );
    }
    const wants = missingTags(resets, this.#repository);
    if (wants.length > 0) await this.#receive({ wants, haves: this.#haves(oid) });
    return resets.map(({ ref, oid: tag }) => readTagAt(this.#repository, ref, tag));
  }

  async keepRefs(): Promise<void> {
    const { oid, approvals } = this.#session.target;
    await this.#keep(this.#keptRef, oid);
    if (approvals?.notes !== undefined) await this.#keep(APPROVAL_NOTES_REF, approvals.notes);
  }

  async #keep(ref: string, oid: Oid): Promise<void> {
    if (this.#repository.readRef(ref) !== oid) await this.#session.state.advance(ref, oid);
  }

  /** What is fetched by its id has no name; here it has one, to say that all which it reaches is here. */
  get #keptRef(): string {
    const { ref } = this.#session.target;
    return isOid(ref) ? `refs/sluice/commits/${ref}` : ref;
  }

  #haves(oid: Oid): Oid[] {
    return sampleHaves(this.#repository, this.#repository.resolveCommit(oid));
  }

  #throwNotServed(error: unknown): never {
    const { ref } = this.#session.target;
    const isUnknown =
      error instanceof GitError && error.code === "SERVER_ERROR" && error.message.includes("not our ref");
    if (!isUnknown || !isOid(ref)) throw error;
    throw new GitError(
      "REF_NOT_FOUND",
      `the server has no commit ${ref}, or does not hand it out by its id`,
      {
        cause: error,
        remedy:
          "name a commit that a branch or a tag reaches; a server without protocol 2 needs uploadpack.allowReachableSHA1InWant",
      },
    );
  }

  #missingNotes(): Oid[] {
    const notes = this.#session.target.approvals?.notes;
    if (notes === undefined || this.#received.has(notes)) return [];
    return this.#knownNotes().includes(notes) ? [] : [notes];
  }

  #knownNotes(): Oid[] {
    const known = this.#session.target.approvals && this.#repository.readRef(APPROVAL_NOTES_REF);
    return known === undefined ? [] : [known];
  }

  async #receive(request: PackRequest): Promise<void> {
    const { remote, state, signal } = this.#session;
    await state.receive(remote.fetchPack(request), new Turns(signal));
    for (const oid of request.wants) this.#received.add(oid);
  }
}

/** A flood of tags on the commits of one range stops here: somebody else's, as it approves nothing. */
function missingTags(tags: readonly RemoteRef[], repository: Repository): Oid[] {
  const oids = new Set(tags.map(({ oid }) => oid));
  const missing = [...oids].filter((oid) => repository.inspect(oid) === undefined);
  const { wantedTags } = repository.limits;
  if (missing.length <= wantedTags) return missing;
  throw new GitError(
    "RESPONSE_TOO_LARGE",
    `${missing.length} new annotated tags name commits that are to be verified; the limit is ${wantedTags}`,
    { remedy: "delete the tags that nobody needs" },
  );
}
