import { splitApprovalNote } from "./approval-note.ts";
import { GitError } from "./error.ts";
import { NotesTree } from "./notes-tree.ts";
import { hashObject, type Oid } from "./oid.ts";
import type { Repository } from "./repository/repository.ts";
import { readTagRefs } from "./tag-refs.ts";

/** Where notes are that approve; each is a sequence of signed tag objects. */
export const APPROVAL_NOTES_REF = "refs/notes/sluice-approvals";

/** More than any signed tag: the message and a signature. */
const MAX_APPROVAL_BYTES = 128 * 1024;
/** A note that a few dozen people have approved in. */
const MAX_NOTE_BYTES = 1024 * 1024;
/** Of one commit, in its note and again in its tags; each is a signature to check. */
const MAX_APPROVALS_OF_COMMIT = 64;
/** Of all commits that are read at once. */
const MAX_APPROVALS = 20_000;
const MAX_APPROVALS_BYTES = 64 * 1024 * 1024;

/** Something that may be an approval of a commit; nobody has looked at its signature yet. */
export interface RawApproval {
  readonly kind: "note" | "tag";
  /** Where it was found. */
  readonly ref: string;
  /** Of the tag object, or of the one that the note holds. */
  readonly oid: Oid;
  /** Which commit it is attached to. What it says itself is for whoever judges it. */
  readonly commit: Oid;
  /** The tag object's content as it is stored. */
  readonly bytes: Uint8Array;
  /** Why there are no bytes to judge. */
  readonly problem?: string;
}

/** The refs that approvals can be found by, as they are listed. */
export interface ApprovalRefs {
  /** The commit at {@link APPROVAL_NOTES_REF}. */
  readonly notes: Oid | undefined;
  /** Those under `refs/tags/`; lightweight ones, and those whose object is not here, are passed over. */
  readonly tags: readonly ApprovalTagRef[];
}

export interface ApprovalTagRef {
  readonly ref: string;
  /** What the ref holds, not peeled. */
  readonly oid: Oid;
}

/** The refs of the repository at `path`. */
export function readApprovalRefs(repository: Repository, path: string): ApprovalRefs {
  const tags = [...readTagRefs(path)].map(([ref, oid]) => ({ ref, oid }));
  return { notes: repository.readRef(APPROVAL_NOTES_REF), tags };
}

type Objects = Pick<Repository, "find" | "resolveCommit">;

/**
 * All that may approve the commits, a commit's together. What is malformed or too large is kept as an approval that
 * nobody can take for one: it never makes the commits themselves unreadable, and whoever looks for it sees why it
 * does not count. Past the limits the rest is left out, and an approval that is left out does not count either.
 * Throws OBJECT_MISSING and OBJECT_CORRUPT where the note of a commit is not here whole.
 */
export function readApprovals(
  repository: Objects,
  refs: ApprovalRefs,
  commits: ReadonlySet<Oid>,
): readonly RawApproval[] {
  const reader = new ApprovalReader(repository, refs, (commit) => commits.has(commit));
  const found: RawApproval[] = [];
  let bytes = 0;
  for (const commit of commits) {
    for (const approval of reader.read(commit)) {
      bytes += approval.bytes.length;
      if (found.length >= MAX_APPROVALS || bytes > MAX_APPROVALS_BYTES) return found;
      found.push(approval);
    }
  }
  return found;
}

/** Reads one commit's approvals at a time, for a history that is too long to be held. */
export class ApprovalReader {
  readonly #objects: Objects;
  readonly #notes: NotesTree | undefined;
  readonly #tags = new Map<Oid, ApprovalTagRef[]>();

  /** Of the tags, only those of a commit that `isAskedFor` are remembered. */
  constructor(objects: Objects, { notes, tags }: ApprovalRefs, isAskedFor: (commit: Oid) => boolean) {
    this.#objects = objects;
    this.#notes = notes === undefined ? undefined : new NotesTree(objects, notes);
    for (const tag of tags) {
      const commit = this.#peel(tag.oid);
      if (commit === undefined || !isAskedFor(commit)) continue;
      const earlier = this.#tags.get(commit);
      if (earlier === undefined) this.#tags.set(commit, [tag]);
      else if (earlier.length < MAX_APPROVALS_OF_COMMIT) earlier.push(tag);
    }
  }

  read(commit: Oid): RawApproval[] {
    const tags = (this.#tags.get(commit) ?? []).map((tag) => this.#readTag(tag, commit));
    return [...this.#readNotes(commit), ...tags];
  }

  /** Undefined for whatever is not a tag of a commit that is here. */
  #peel(oid: Oid): Oid | undefined {
    return orUndefined(() =>
      this.#objects.find(oid, "tag") === undefined ? undefined : this.#objects.resolveCommit(oid),
    );
  }

  #readTag({ ref, oid }: ApprovalTagRef, commit: Oid): RawApproval {
    const bytes = this.#objects.find(oid, "tag") ?? new Uint8Array();
    return bounded({ kind: "tag", ref, oid, commit, bytes });
  }

  #readNotes(commit: Oid): RawApproval[] {
    const place = { kind: "note", ref: APPROVAL_NOTES_REF, commit } as const;
    try {
      const notes = this.#notes?.find(commit) ?? [];
      return notes.flatMap((oid): RawApproval[] => {
        const note = this.#objects.find(oid, "blob");
        if (note === undefined) throw missing(oid);
        if (note.length > MAX_NOTE_BYTES) {
          return [unread({ ...place, oid }, `the note has more than ${MAX_NOTE_BYTES} bytes`)];
        }
        // Notes that git puts together from two places hold twice what was in both.
        const parts = new Map(splitApprovalNote(note).map((bytes) => [hashObject("tag", bytes), bytes]));
        const first = [...parts].slice(0, MAX_APPROVALS_OF_COMMIT);
        return first.map(([tag, bytes]) => bounded({ ...place, oid: tag, bytes }));
      });
    } catch (error) {
      if (!(error instanceof GitError) || !isMalformed(error)) throw error;
      return [unread({ ...place, oid: commit }, `the notes cannot be read: ${error.message}`)];
    }
  }
}

/** What somebody wrote, in contrast to what the disk lost. */
function isMalformed({ code }: GitError): boolean {
  return ["MALFORMED_TREE", "WRONG_TYPE", "OBJECT_TOO_LARGE", "SHA1_COLLISION"].includes(code);
}

function bounded(approval: RawApproval): RawApproval {
  if (approval.bytes.length <= MAX_APPROVAL_BYTES) return approval;
  return unread(approval, `it has more than ${MAX_APPROVAL_BYTES} bytes`);
}

function unread(approval: Omit<RawApproval, "bytes" | "problem">, problem: string): RawApproval {
  return { ...approval, bytes: new Uint8Array(), problem };
}

/** A tag that cannot be followed to a commit approves nothing: what it names is not known. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const leadsNowhere =
      error instanceof GitError &&
      (isMalformed(error) || error.code === "NOT_A_COMMIT" || error.code === "OBJECT_MISSING");
    if (leadsNowhere) return undefined;
    throw error;
  }
}

function missing(oid: Oid): GitError {
  return new GitError("OBJECT_MISSING", `the note ${oid} is not in the repository`, {
    remedy: `fetch ${APPROVAL_NOTES_REF} again, whole`,
  });
}
