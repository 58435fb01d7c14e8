// A long, signed history, made without a process for each commit: objects go into one pack, which git indexes.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { hashObject, type ObjectType, type Oid } from "../../src/git/index.ts";
import type { Signer } from "./schemes.ts";

/** Made once a machine. */
const CACHE = join(tmpdir(), "sluice-bench-history");
/** As a configuration repository has them: folders of files, of which a commit changes one. */
const FOLDERS = 20;
const FILES = 20;
const MILLISECONDS_APART = 1000;
const NOTE = "bench.json";

export interface History extends Pick<Signer, "keys" | "authorities"> {
  readonly path: string;
  /** The commit before the last `signed` ones (undefined where all are), and the last. */
  readonly base: Oid | undefined;
  readonly head: Oid;
  /** When it was made: it is judged by that time, since what signs may be short-lived. */
  readonly now: number;
}

export interface HistoryPlan {
  readonly name: string;
  readonly commits: number;
  /** The last so many are signed. */
  readonly signed: number;
  readonly makeSigner: (now: number) => Signer | Promise<Signer>;
}

/** A bare repository with a linear history; one of the same name and size that is there already is taken as it is. */
export async function makeHistory(plan: HistoryPlan): Promise<History> {
  const path = join(CACHE, `${plan.name}-${plan.commits}-${plan.signed}.git`);
  if (!existsSync(path)) {
    const unfinished = `${path}.new`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    git(unfinished, "init", "-q", "--bare", "-b", "main");
    writeFileSync(join(unfinished, NOTE), JSON.stringify(await writeHistory(unfinished, plan)));
    git(unfinished, "repack", "-adfq", "--depth=50", "--window=10");
    renameSync(unfinished, path);
  }
  const note: Omit<History, "path"> = JSON.parse(readFileSync(join(path, NOTE), "utf8"));
  return { ...note, path };
}

async function writeHistory(
  path: string,
  { commits, signed, makeSigner }: HistoryPlan,
): Promise<Omit<History, "path">> {
  const now = Math.floor(Date.now() / 1000) * 1000;
  const { keys, authorities, sign } = await makeSigner(now);
  const objects = new Pack(join(path, "objects/pack/history.pack"));
  const config = new ConfigTree(objects);
  const oids: Oid[] = [];
  for (let number = 0; number < commits; number += 1) {
    const at = now - (commits - number) * MILLISECONDS_APART;
    const payload = commitPayload(config.change(number), oids.at(-1), at);
    const isSigned = number >= commits - signed;
    oids.push(objects.add("commit", isSigned ? withSignature(payload, await sign(payload)) : payload));
  }
  objects.finish();
  git(path, "index-pack", objects.path);
  const [head = "", base] = [oids.at(-1), oids.at(-signed - 1)];
  git(path, "update-ref", "refs/heads/main", head);
  return { keys, authorities, base, head, now };
}

function commitPayload(tree: Oid, parent: Oid | undefined, at: number): Buffer {
  const identity = `Alice <alice@bank.example> ${at / 1000} +0000`;
  const parents = parent === undefined ? "" : `parent ${parent}\n`;
  return Buffer.from(`tree ${tree}\n${parents}author ${identity}\ncommitter ${identity}\n\nchange\n`);
}

function withSignature(payload: Buffer, armor: string): Buffer {
  const at = payload.indexOf("\n\n");
  const header = `\ngpgsig ${armor.trimEnd().replaceAll("\n", "\n ")}`;
  return Buffer.concat([payload.subarray(0, at), Buffer.from(header), payload.subarray(at)]);
}

/** The tree of the configuration as commits change it, one file each. */
class ConfigTree {
  readonly #pack: Pack;
  readonly #files: Oid[][];
  readonly #folders: Oid[];

  constructor(pack: Pack) {
    this.#pack = pack;
    this.#files = Array.from({ length: FOLDERS }, (_, folder) =>
      Array.from({ length: FILES }, (__, file) => this.#write(folder, file, 0)),
    );
    this.#folders = this.#files.map((files) => this.#tree("100644", "app", files));
  }

  change(number: number): Oid {
    const folder = number % FOLDERS;
    const file = Math.floor(number / FOLDERS) % FILES;
    const files = this.#files[folder] ?? [];
    files[file] = this.#write(folder, file, number);
    this.#folders[folder] = this.#tree("100644", "app", files);
    return this.#tree("40000", "team", this.#folders);
  }

  #write(folder: number, file: number, number: number): Oid {
    return this.#pack.add(
      "blob",
      Buffer.from(`app: ${file}\nteam: ${folder}\nreplicas: ${number}\n`.repeat(10)),
    );
  }

  #tree(mode: string, name: string, oids: readonly Oid[]): Oid {
    const entries = oids.map((oid, index) =>
      Buffer.concat([
        Buffer.from(`${mode} ${name}-${String(index).padStart(2, "0")}\0`),
        Buffer.from(oid, "hex"),
      ]),
    );
    return this.#pack.add("tree", Buffer.concat(entries));
  }
}

const HEADER_BYTES = 12;
const PACK_TYPES: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };

/** https://git-scm.com/docs/pack-format, without deltas; written as it grows. */
class Pack {
  readonly path: string;
  readonly #written = new Set<Oid>();
  readonly #descriptor: number;

  constructor(path: string) {
    this.path = path;
    this.#descriptor = openSync(path, "w+");
    writeSync(this.#descriptor, Buffer.alloc(HEADER_BYTES));
  }

  add(type: ObjectType, bytes: Buffer): Oid {
    const oid = hashObject(type, bytes);
    if (this.#written.has(oid)) return oid;
    this.#written.add(oid);
    writeSync(this.#descriptor, Buffer.concat([entryHeader(type, bytes.length), deflateSync(bytes)]));
    return oid;
  }

  finish(): void {
    const header = Buffer.alloc(HEADER_BYTES);
    header.write("PACK");
    header.writeUInt32BE(2, 4);
    header.writeUInt32BE(this.#written.size, 8);
    writeSync(this.#descriptor, header, 0, header.length, 0);
    closeSync(this.#descriptor);
    appendFileSync(this.path, createHash("sha1").update(readFileSync(this.path)).digest());
  }
}

function entryHeader(type: ObjectType, size: number): Buffer {
  const bytes = [(PACK_TYPES[type] << 4) | (size & 15)];
  for (let rest = size >> 4; rest > 0; rest >>= 7) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80;
    bytes.push(rest & 0x7f);
  }
  return Buffer.from(bytes);
}

function git(folder: string, ...args: readonly string[]): string {
  const env = { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  return execFileSync("git", ["-C", folder, ...args], { env, encoding: "utf8" }).trim();
}
