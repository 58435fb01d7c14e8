import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { hashObject, type RawCommit } from "../../../src/git/index.ts";
import { signSsh } from "../../../src/signatures/index.ts";

export const TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
export const PARENT = "1111111111111111111111111111111111111111";

/** 2026-03-01T12:00:00Z, the moment at which most tests judge. */
export const NOW = Date.UTC(2026, 2, 1, 12);
export const HOUR = 60 * 60 * 1000;
export const DAY = 24 * HOUR;

export interface CommitParts {
  readonly tree?: string;
  readonly parents?: readonly string[];
  readonly author?: string;
  /** When the committer says it was; milliseconds. */
  readonly at?: number;
  /** Whole header lines after `committer`. */
  readonly extra?: readonly string[];
  readonly message?: string;
}

/** The content of an unsigned commit object. */
export function commitObject(parts: CommitParts = {}): Buffer {
  const { tree = TREE, parents = [], at = NOW - HOUR, extra = [], message = "change\n" } = parts;
  const { author = `Alice <alice@bank.example> ${at / 1000} +0000` } = parts;
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${author}`,
    `committer Alice <alice@bank.example> ${at / 1000} +0000`,
    ...extra,
  ];
  return Buffer.from(`${lines.join("\n")}\n\n${message}`);
}

/** The same object with a signature as its last header, as git adds it. */
export function addSignature(commit: Buffer, armored: string): Buffer {
  const end = commit.indexOf("\n\n") + 1;
  const header = `gpgsig ${armored.trimEnd().replaceAll("\n", "\n ")}\n`;
  return Buffer.concat([commit.subarray(0, end), Buffer.from(header), commit.subarray(end)]);
}

export function sshSigned(key: KeyObject, parts: CommitParts = {}): Buffer {
  const commit = commitObject(parts);
  return addSignature(commit, signSsh(commit, key));
}

export function rawCommit(bytes: Buffer, changedPaths?: readonly string[]): RawCommit {
  const oid = hashObject("commit", bytes);
  return changedPaths === undefined ? { oid, bytes } : { oid, bytes, changedPaths };
}

export function ed25519(): KeyObject {
  return generateKeyPairSync("ed25519").privateKey;
}
