import * as fs from "node:fs";
import git from "isomorphic-git";
import type { Committer } from "../../src/demo/repository.ts";
import type { World } from "./world.ts";

export interface TagPush {
  /** Of the ref, without `refs/tags/`. */
  readonly name: string;
  readonly target: string;
  /** Unsigned where they do not sign; Alice unless told. */
  readonly by?: Committer;
  /** What the tag calls itself; the name of the ref unless told. */
  readonly says?: string;
  readonly type?: "commit" | "tag";
  readonly message?: string;
}

/** Makes the tag object that `git tag -s` makes, and moves the ref there, whatever it held before; gives its oid. */
export async function pushTag(world: World, push: TagPush): Promise<string> {
  const { name, target, by = world.alice, says = name, type = "commit", message = "Release" } = push;
  const tagger = `${by.name} <${by.email}> ${Math.floor(Date.now() / 1000)} +0000`;
  const tag = Buffer.from(`object ${target}\ntype ${type}\ntag ${says}\ntagger ${tagger}\n\n${message}\n`);
  const object = Buffer.concat([tag, Buffer.from((await by.sign?.(tag)) ?? "")]);
  const { gitdir } = world.repository;
  const oid = await git.writeObject({ fs, gitdir, type: "tag", format: "content", object });
  await pushRef(world, `refs/tags/${name}`, oid);
  return oid;
}

/** Moves any ref, as a forced push would. */
export async function pushRef(world: World, ref: string, value: string): Promise<void> {
  await git.writeRef({ fs, gitdir: world.repository.gitdir, ref, value, force: true });
}

export async function deleteRef(world: World, ref: string): Promise<void> {
  await git.deleteRef({ fs, gitdir: world.repository.gitdir, ref });
}
