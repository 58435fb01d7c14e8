import {
  APPROVAL_NOTES_REF,
  hashObject,
  isOid,
  type Oid,
  parseTag,
  splitApprovalNote,
} from "../git/index.ts";
import { APPROVAL_TAG_NAME } from "../trust/index.ts";
import { type UserGit, UserGitError } from "./user-git.ts";

/** There for as long as git signs: the name inside a tag object is that of the ref it is made under. */
const TAG_REF = `refs/tags/${APPROVAL_TAG_NAME}`;
/** There while the notes of others are put together with one's own. */
const INCOMING = `${APPROVAL_NOTES_REF}-incoming`;

/** The notes that approve, in a person's own clone. */
export class ApprovalNotes {
  readonly #git: UserGit;

  constructor(git: UserGit) {
    this.#git = git;
  }

  /** Signs for a commit and appends to its note; gives the tag object that the note now holds. */
  async approve(commit: Oid, message: string): Promise<Oid> {
    const tag = await this.#sign(commit, message);
    const oid = hashObject("tag", tag);
    const blob = (await this.#git.read(["hash-object", "-w", "--stdin"], tag)).toString().trim();
    await this.#git.run("notes", `--ref=${APPROVAL_NOTES_REF}`, "append", "-C", blob, commit);
    await this.#requireNoted(commit, oid);
    return oid;
  }

  /** Brings what others have approved, so that this comes after it. */
  async fetch(remote: string): Promise<void> {
    const there = await this.#git.ask("ls-remote", "--", remote, APPROVAL_NOTES_REF);
    if (there === "") return;
    await this.#git.run("fetch", "--quiet", "--no-tags", "--", remote, `+${APPROVAL_NOTES_REF}:${INCOMING}`);
    try {
      // Every approval is kept, of both sides: one that is there twice counts once.
      const strategy = ["--quiet", "--strategy=union"];
      await this.#git.run("notes", `--ref=${APPROVAL_NOTES_REF}`, "merge", ...strategy, INCOMING);
    } finally {
      await this.#git.run("update-ref", "-d", INCOMING);
    }
  }

  /** Somebody may have been faster: then their notes are brought, and it is tried once more. */
  async push(remote: string): Promise<void> {
    const args = ["push", "--quiet", "--", remote, `${APPROVAL_NOTES_REF}:${APPROVAL_NOTES_REF}`];
    try {
      await this.#git.run(...args);
    } catch (error) {
      if (!(error instanceof UserGitError) || error.code !== "GIT_FAILED") throw error;
      await this.fetch(remote);
      await this.#git.run(...args);
    }
  }

  /** The bytes of a signed tag object of the commit; the ref that git needs for it is gone afterwards. */
  async #sign(commit: Oid, message: string): Promise<Buffer> {
    if (await this.#hasTag()) {
      throw new UserGitError("TAG_EXISTS", `there is a tag ${APPROVAL_TAG_NAME} already`, {
        remedy: `remove it, if it is left from an approval that was cut off: git tag -d ${APPROVAL_TAG_NAME}`,
      });
    }
    // Ctrl-C ends git, which then fails, and what it left is taken away.
    const stay = (): void => undefined;
    process.on("SIGINT", stay);
    try {
      // Verbatim, so that git adds no end to the last line either: the signature has to begin on one of its own.
      const args = ["--sign", "--cleanup=verbatim", `--message=${message.trimEnd()}\n`];
      await this.#git.run("tag", ...args, APPROVAL_TAG_NAME, commit);
      return requireApproval(await this.#git.read(["cat-file", "tag", TAG_REF]));
    } finally {
      if (await this.#hasTag()) await this.#git.run("update-ref", "-d", TAG_REF);
      process.off("SIGINT", stay);
    }
  }

  async #hasTag(): Promise<boolean> {
    return (await this.#git.ask("for-each-ref", "--format=%(refname)", TAG_REF)) === TAG_REF;
  }

  async #requireNoted(commit: Oid, tag: Oid): Promise<void> {
    const blob = await this.#git.ask("notes", `--ref=${APPROVAL_NOTES_REF}`, "list", commit);
    const note = isOid(blob) ? await this.#git.read(["cat-file", "blob", blob]) : Buffer.alloc(0);
    if (splitApprovalNote(note).some((bytes) => hashObject("tag", bytes) === tag)) return;
    throw new UserGitError("NOTE_NOT_WRITTEN", `the note on ${commit} does not hold what was signed`, {
      remedy: `look at it: git notes --ref=${APPROVAL_NOTES_REF} show ${commit}`,
    });
  }
}

/** What a gate could not read as an approval should not become one. */
function requireApproval(bytes: Buffer): Buffer {
  const tag = parseTag(bytes);
  if (tag.ok && tag.value.signature !== undefined && tag.value.name === APPROVAL_TAG_NAME) return bytes;
  const problem = tag.ok ? "git did not sign it" : tag.refusals[0].message;
  throw new UserGitError("NOTE_NOT_WRITTEN", `the approval cannot be read back: ${problem}`, {
    remedy: "leave signatures out of the message; `git config gpg.format` says how git signs",
  });
}
