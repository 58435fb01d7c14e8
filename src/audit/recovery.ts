import { type Anchor, expectContinued, expectNotShorter } from "./anchor.ts";
import { AuditError, orTampered, tampered } from "./error.ts";
import { bundlePath, equalHashes, hashNothing, tilePath } from "./merkle/index.ts";
import type { LogIdentity } from "./statement/index.ts";
import type { LogFiles, LogStore } from "./store/index.ts";
import { EMPTY_TAIL, readTail, type Tail } from "./tail.ts";
import { type SignedCheckpoint, signCheckpoint, verifyCheckpoint } from "./tlog/checkpoint.ts";
import { MAX_NOTE_BYTES } from "./tlog/note.ts";
import { formatVerifierKey, type VerifierKey, verifierKey } from "./tlog/verifier-key.ts";

export const CHECKPOINT_FILE = "checkpoint";
/** The checkpoint that is being published: nobody is to read it but the writer after a crash. */
const PENDING_FILE = "pending";
/** The log's own key, for convenience. It proves nothing: whoever can change the log can change it as well. */
export const KEY_FILE = "log.vkey";

/** The anchor as messages name it, whatever file it is in. */
const ANCHOR = "anchor";

/** Where a log and what its writer remembers of it are kept. */
export interface LogPlace {
  readonly store: LogStore;
  readonly anchor?: Anchor | undefined;
}

export interface LogState {
  readonly checkpoint: SignedCheckpoint;
  readonly tail: Tail;
}

/**
 * The point of no return of an append. A checkpoint that somebody has seen must never be taken back: it
 * would be followed by another history under the same signature. So it is made durable where only this
 * writer looks, before it appears where others do; after a crash in between, {@link recover} goes on from it.
 *
 * The anchor comes between the two. After the pending checkpoint, so that the log never ends before its
 * anchor, wherever a crash falls; and before the published one, so that whatever anybody saw is anchored.
 */
export async function publish({ store, anchor }: LogPlace, checkpoint: SignedCheckpoint): Promise<void> {
  await store.write(PENDING_FILE, checkpoint.bytes);
  await anchor?.write(checkpoint.bytes);
  await store.write(CHECKPOINT_FILE, checkpoint.bytes);
}

/**
 * The log as it was last signed, with its right edge checked, and shown to continue its anchor. Tiles and
 * entries beyond that are left over from an append that did not finish; they are never read, and the next
 * append writes over them. A log from before it had an anchor is given one.
 */
export async function recover(place: LogPlace, identity: LogIdentity): Promise<LogState> {
  const { store, anchor } = place;
  const key = verifierKey(identity.origin, identity.signer.publicKey);
  const anchored = parseOwn(await anchor?.read(MAX_NOTE_BYTES), ANCHOR, key);
  const published = await readCheckpoint(store, CHECKPOINT_FILE, key);
  const pending = await readCheckpoint(store, PENDING_FILE, key);
  const checkpoint = latest(published, pending);
  expectNotShorter(checkpoint, anchored);
  if (checkpoint === undefined) return await create(place, identity, key);
  const tail = orTampered(await readTail(store, checkpoint));
  await expectContinued(store, checkpoint, anchored);
  if (checkpoint !== published) await publish(place, checkpoint);
  else if (anchored?.size !== checkpoint.size) await anchor?.write(checkpoint.bytes);
  return { checkpoint, tail };
}

async function create(place: LogPlace, identity: LogIdentity, key: VerifierKey): Promise<LogState> {
  const { store } = place;
  // A log begins with its empty checkpoint, so tiles without one are a log that somebody cut the head off.
  const first = [1, 256].flatMap((width) => [tilePath({ level: 0, index: 0, width }), bundlePath(0, width)]);
  for (const path of first) {
    if ((await store.read(path, 0)) === undefined) continue;
    throw tampered({
      code: "MISSING_CHECKPOINT",
      subject: path,
      message: "there are entries, and no checkpoint",
    });
  }
  await store.write(KEY_FILE, Buffer.from(`${formatVerifierKey(key)}\n`));
  const empty = { origin: identity.origin, size: 0, root: hashNothing() };
  const checkpoint = await signCheckpoint(empty, identity.signer);
  await publish(place, checkpoint);
  return { checkpoint, tail: EMPTY_TAIL };
}

async function readCheckpoint(
  files: LogFiles,
  path: string,
  key: VerifierKey,
): Promise<SignedCheckpoint | undefined> {
  return parseOwn(await files.read(path, MAX_NOTE_BYTES), path, key);
}

/** A checkpoint that this log's key signed; undefined where there is nothing. `subject` is for messages. */
function parseOwn(
  bytes: Uint8Array | undefined,
  subject: string,
  key: VerifierKey,
): SignedCheckpoint | undefined {
  if (bytes === undefined) return undefined;
  const checkpoint = verifyCheckpoint(bytes, key);
  if (typeof checkpoint === "object") return checkpoint;
  if (checkpoint === "WRONG_ORIGIN") {
    throw new AuditError("WRONG_ORIGIN", `the ${subject} is not one of ${key.name}`, {
      remedy: "give the origin that this log was made with, or another folder",
    });
  }
  throw tampered({ code: checkpoint, subject, message: "the log's key did not sign this checkpoint" });
}

function latest(
  published: SignedCheckpoint | undefined,
  pending: SignedCheckpoint | undefined,
): SignedCheckpoint | undefined {
  if (published === undefined || pending === undefined) return published ?? pending;
  if (pending.size === published.size && !equalHashes(pending.root, published.root)) {
    throw tampered({ code: "FORKED", subject: PENDING_FILE, message: "two trees of one size are signed" });
  }
  return pending.size > published.size ? pending : published;
}
