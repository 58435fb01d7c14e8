import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { ed25519 } from "../../test/integration/commits/objects.ts";
import { sshSignedTag, tagObject } from "../../test/integration/tags/objects.ts";
import { splitApprovalNote } from "./approval-note.ts";
import { APPROVAL_NOTES_REF, type ApprovalRefs, type RawApproval, readApprovals } from "./approvals.ts";
import { GitError } from "./error.ts";
import { type GitObject, hashObject, type ObjectType, type Oid } from "./oid.ts";

const IDENTITY = "Alice <alice@bank.example> 1700000000 +0000";

/** Objects in memory, found as a repository finds them. */
class Objects {
  readonly objects = new Map<Oid, GitObject>();

  add(type: ObjectType, content: string | Uint8Array): Oid {
    const bytes = Buffer.from(content);
    const oid = hashObject(type, bytes);
    this.objects.set(oid, { type, bytes });
    return oid;
  }

  addTree(entries: Readonly<Record<string, Oid>>): Oid {
    const sorted = Object.entries(entries).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const parts = sorted.flatMap(([name, oid]) => {
      const mode = this.objects.get(oid)?.type === "tree" ? "40000" : "100644";
      return [Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, "hex")];
    });
    return this.add("tree", Buffer.concat(parts));
  }

  addCommit(tree: Oid, message = "change"): Oid {
    return this.add("commit", `tree ${tree}\nauthor ${IDENTITY}\ncommitter ${IDENTITY}\n\n${message}\n`);
  }

  find(oid: Oid, type: ObjectType): Uint8Array | undefined {
    const object = this.objects.get(oid);
    if (object === undefined || object.type === type) return object?.bytes;
    throw new GitError("WRONG_TYPE", `a ${object.type}`);
  }

  resolveCommit(oid: Oid): Oid {
    const object = this.objects.get(oid);
    if (object === undefined) throw new GitError("OBJECT_MISSING", "nothing");
    if (object.type === "commit") return oid;
    if (object.type !== "tag") throw new GitError("NOT_A_COMMIT", "no commit");
    return this.resolveCommit(Buffer.from(object.bytes).toString("latin1", 7, 47));
  }
}

let objects: Objects;
let commit: Oid;
let other: Oid;
let approval: Buffer;
let second: Buffer;

beforeEach(() => {
  objects = new Objects();
  const tree = objects.addTree({});
  commit = objects.addCommit(tree, "one");
  other = objects.addCommit(tree, "other");
  approval = sshSignedTag(ed25519(), { target: commit, name: "sluice-approval" });
  second = sshSignedTag(ed25519(), { target: commit, name: "sluice-approval" });
});

function notes(entries: Readonly<Record<string, Oid>>): ApprovalRefs {
  return { notes: objects.addCommit(objects.addTree(entries)), tags: [] };
}

function note(...parts: readonly (Uint8Array | string)[]): Oid {
  return objects.add("blob", Buffer.concat(parts.map((part) => Buffer.from(part))));
}

function read(refs: ApprovalRefs, ...commits: readonly Oid[]): readonly RawApproval[] {
  return readApprovals(objects, refs, new Set(commits.length === 0 ? [commit] : commits));
}

function bytesOf(approvals: readonly RawApproval[]): Buffer[] {
  return approvals.map(({ bytes }) => Buffer.from(bytes));
}

describe("a note", () => {
  it("holds one tag object after another, byte for byte", () => {
    const blob = note("\n\n", approval, "\n", second, "\n\n\n");
    const found = read(notes({ [commit]: blob }));
    expect(bytesOf(found)).toEqual([approval, second]);
    expect(found[0]).toEqual({
      kind: "note",
      ref: APPROVAL_NOTES_REF,
      oid: hashObject("tag", approval),
      commit,
      bytes: found[0]?.bytes,
    });
  });

  it("is found at any depth of folders, and on its own commit alone", () => {
    const [blob, deep] = [note(approval), note(second)];
    const inner = objects.addTree({ [commit.slice(4)]: deep });
    const folder = objects.addTree({ [commit.slice(2, 4)]: inner, [commit.slice(2)]: blob });
    const refs = notes({ [commit.slice(0, 2)]: folder });
    expect(bytesOf(read(refs))).toEqual([approval, second]);
    expect(read(refs, other)).toEqual([]);
  });

  it("is kept where it is no tag, and where something follows the last one", () => {
    expect(bytesOf(read(notes({ [commit]: note("LGTM\n") })))).toEqual([Buffer.from("LGTM\n")]);
    const found = read(notes({ [commit]: note(approval, "\nme too") }));
    expect(bytesOf(found)).toEqual([approval, Buffer.from("me too")]);
  });

  it("does not end a tag where another kind of signature would", () => {
    const text = "-----END PGP SIGNATURE-----\n";
    const found = read(notes({ [commit]: note(tagObject({ message: text }), second) }));
    expect(found).toHaveLength(1);
  });

  it("that is too long has no bytes, and says so", () => {
    const long = "x".repeat(200_000);
    for (const blob of [note(long), note(long, long, long, long, long, long)]) {
      const [found, ...more] = read(notes({ [commit]: blob }));
      expect(found).toMatchObject({ kind: "note", commit, bytes: new Uint8Array() });
      expect(found?.problem).toBeTypeOf("string");
      expect(more).toEqual([]);
    }
  });

  it("has words before it", () => {
    const found = read(notes({ [commit]: note("LGTM\n\nReally\n\n", approval, "\n", second) }));
    expect(bytesOf(found)).toEqual([Buffer.from("LGTM\n\nReally\n\n"), approval, second]);
  });

  it("holds the same more than once", () => {
    expect(bytesOf(read(notes({ [commit]: note(approval, "\n", second, "\n", approval) })))).toEqual([
      approval,
      second,
    ]);
  });

  it("counts no more than 64 times", () => {
    const many = Array.from({ length: 65 }, (_, number) =>
      tagObject({ message: `${number}\n-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n` }),
    );
    expect(read(notes({ [commit]: note(...many.slice(0, 64)) }))).toHaveLength(64);
    expect(read(notes({ [commit]: note(...many) }))).toHaveLength(64);
  });
});

it("whatever a note holds, its parts are in it, one after the other, and nothing but blank lines between", () => {
  const piece = fc.constantFrom(
    ...["\n", "\n\n", "x", `object ${"1".repeat(40)}\n`, "-----BEGIN SSH SIGNATURE-----\n", "\xff\0"],
    ...[
      "-----END SSH SIGNATURE-----\n",
      "-----END PGP SIGNATURE-----\n",
      "-----BEGIN PGP MESSAGE-----",
      "tag",
    ],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const whole = Buffer.from(pieces.join(""), "latin1");
      let from = 0;
      for (const part of splitApprovalNote(whole)) {
        const at = whole.indexOf(part, from);
        expect(part.length).toBeGreaterThan(0);
        expect(whole.toString("latin1", from, at)).toMatch(/^\n*$/);
        from = at + part.length;
      }
      expect(whole.toString("latin1", from)).toMatch(/^\n*$/);
    }),
    { numRuns: 2000 },
  );
});

describe("notes that cannot be read", () => {
  it.each<[string, () => Oid]>([
    ["no tree", () => objects.add("commit", "parent of nothing\n\n")],
    ["a tree that is none", () => objects.addCommit(objects.add("tree", "40000"))],
    ["a file in place of the tree", () => objects.addCommit(objects.add("blob", "x"))],
    ["a commit in place of a note", () => objects.addCommit(objects.addTree({ [commit]: other }))],
    ["a file in place of the commit", () => objects.add("blob", "x")],
  ])("make no fault: %s", (_, make) => {
    const [found, ...more] = read({ notes: make(), tags: [] });
    expect(found).toMatchObject({ kind: "note", commit, bytes: new Uint8Array() });
    expect(found?.problem).toBeTypeOf("string");
    expect(more).toEqual([]);
  });

  it.each<[string, () => Oid]>([
    ["the commit", () => "1".repeat(40)],
    ["the tree", () => objects.addCommit("1".repeat(40))],
    ["the note", () => objects.addCommit(objects.addTree({ [commit]: "1".repeat(40) }))],
  ])("are a fault where they are not here: %s", (_, make) => {
    expect(() => read({ notes: make(), tags: [] })).toThrow(
      expect.objectContaining({ code: "OBJECT_MISSING" }),
    );
  });
});

describe("a tag", () => {
  const ref = "refs/tags/v1";

  it("of the commit is there as it is stored, signed or not", () => {
    for (const bytes of [sshSignedTag(ed25519(), { target: commit }), tagObject({ target: commit })]) {
      const oid = objects.add("tag", bytes);
      const found = read({ notes: undefined, tags: [{ ref, oid }] });
      expect(found).toEqual([{ kind: "tag", ref, oid, commit, bytes: found[0]?.bytes }]);
      expect(bytesOf(found)).toEqual([bytes]);
      expect(read({ notes: undefined, tags: [{ ref, oid }] }, other)).toEqual([]);
    }
  });

  it("of a tag of the commit is there too, to be refused", () => {
    const inner = objects.add("tag", tagObject({ target: commit }));
    const oid = objects.add("tag", tagObject({ target: inner, type: "tag" }));
    expect(read({ notes: undefined, tags: [{ ref, oid }] })).toMatchObject([{ oid, commit }]);
  });

  it("is passed over where it names no commit that is here", () => {
    const blob = objects.add("blob", "x");
    const tags = [
      commit,
      "1".repeat(40),
      objects.add("tag", tagObject({ target: "1".repeat(40) })),
      objects.add("tag", tagObject({ target: blob })),
      objects.add("tag", "malformed"),
    ].map((oid) => ({ ref, oid }));
    expect(read({ notes: undefined, tags })).toEqual([]);
  });
});
