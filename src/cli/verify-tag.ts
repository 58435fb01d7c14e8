import type { Command } from "commander";
import {
  fetchTagsTemporarily,
  GitError,
  listTagRefs,
  openRepository,
  type RawTag,
  readRawTag,
  readTagAt,
} from "../git/index.ts";
import { judgeTag, type NamedTagRecord } from "../trust/index.ts";
import { action } from "./action.ts";
import { addRemoteOptions, isUrl, type RemoteOptions, readSshAuth } from "./commit-source.ts";
import type { ExitCode, Io } from "./io.ts";
import { reportTags } from "./tag-report.ts";
import { addTrustOptions, readTrust, type TrustOptions } from "./trust-options.ts";
import { verifyCommand } from "./verify-command.ts";

interface VerifyTagOptions extends TrustOptions, RemoteOptions {
  readonly tag: readonly string[];
  readonly all?: true;
}

export function registerVerifyTag(program: Command): void {
  const command = verifyCommand(program)
    .command("tag")
    .description("Check who signed annotated tags, under which names, of which commits")
    .option("--tag <name...>", "names of tags, or full ref names", [])
    .option("--all", "instead: every tag of the repository");
  addTrustOptions(addRemoteOptions(command)).action(action(run));
}

async function run(io: Io, options: VerifyTagOptions): Promise<ExitCode> {
  const names = namesOf(options);
  const { trust, notices } = await readTrust(options);
  const records: NamedTagRecord[] = [];
  for await (const raw of readTags(io, options, names)) {
    records.push(await judgeTag(raw, trust, Date.now()));
  }
  return reportTags(io, records, notices);
}

/** Undefined for all of them. */
function namesOf({ tag, all }: VerifyTagOptions): readonly string[] | undefined {
  if (tag.length > 0 === (all === true)) {
    throw new GitError("BAD_REF_NAME", "expected either --tag with names, or --all", {
      remedy: "say which tags are to be verified",
    });
  }
  return all === true ? undefined : tag;
}

/** Reads tags one at a time, from a folder or as a server has them now. */
async function* readTags(
  io: Io,
  options: RemoteOptions,
  names: readonly string[] | undefined,
): AsyncGenerator<RawTag, void, undefined> {
  const { repo: url } = options;
  if (isUrl(url)) {
    const auth = await readSshAuth(options);
    io.progress("fetching tags…");
    await using fetched = await fetchTagsTemporarily({ url, ...(names && { names }), ...(auth && { auth }) });
    for (const { ref, oid } of fetched.tags) yield readTagAt(fetched.repository, ref, oid);
    return;
  }
  const repository = await openRepository(url);
  try {
    for (const name of names ?? listTagRefs(url)) yield readRawTag(repository, name);
  } finally {
    repository.close();
  }
}
