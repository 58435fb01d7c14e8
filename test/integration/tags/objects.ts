import type { KeyObject } from "node:crypto";
import { hashObject, type RawTag } from "../../../src/git/index.ts";
import { signSsh } from "../../../src/signatures/index.ts";
import { compileTrust, judgeTag } from "../../../src/trust/index.ts";
import { sshMaterial, trustMaterial } from "../commits/material.ts";
import { HOUR, NOW, PARENT } from "../commits/objects.ts";

export interface TagParts {
  readonly target?: string;
  readonly type?: string;
  readonly name?: string;
  readonly at?: number;
  /** Whole header lines after `tagger`. */
  readonly extra?: readonly string[];
  readonly message?: string;
}

/** The content of an unsigned tag object. */
export function tagObject(parts: TagParts = {}): Buffer {
  const {
    target = PARENT,
    type = "commit",
    name = "v1",
    at = NOW - HOUR,
    extra = [],
    message = "one\n",
  } = parts;
  const tagger = `tagger Alice <alice@bank.example> ${at / 1000} +0000`;
  const lines = [`object ${target}`, `type ${type}`, `tag ${name}`, tagger, ...extra];
  return Buffer.from(`${lines.join("\n")}\n\n${message}`);
}

/** The same object with a signature at its end, as git adds it. */
export function sshSignedTag(key: KeyObject, parts: TagParts = {}): Buffer {
  const tag = tagObject(parts);
  return Buffer.concat([tag, Buffer.from(signSsh(tag, key))]);
}

export function rawTag(
  bytes: Buffer,
  ref = "refs/tags/v1",
  targetType: RawTag["targetType"] = "commit",
): RawTag {
  return { ref, oid: hashObject("tag", bytes), object: { type: "tag", bytes, collision: false }, targetType };
}

/** The whole way from a tag to its verdict: `verified by NAME`, or the code of the refusal. */
export async function judgeTagObject(raw: RawTag, key: KeyObject, now = NOW): Promise<string> {
  const trust = await compileTrust(trustMaterial([sshMaterial(key)]));
  const { verdict, signer, code } = await judgeTag(raw, trust, now);
  return code ?? `${verdict} by ${signer}`;
}
