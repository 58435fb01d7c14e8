import { GitError } from "../error.ts";
import type { Oid } from "../oid.ts";
import {
  DELIMITER_PKT,
  FLUSH_PKT,
  readPktLines,
  serverError,
  throwServerError,
  toPktLine,
} from "./pkt-line.ts";
import type { ProtocolVersion } from "./transport.ts";

/**
 * What every server since 2008 can do. No `thin-pack`: each pack is whole in itself, so that it can be
 * indexed, and later read, without any other.
 */
const CAPABILITIES = "side-band-64k ofs-delta no-progress agent=sluice";

/** The first byte of a line says what the rest is. */
const Band = { pack: 1, progress: 2, error: 3 } as const;

const MAX_SHOWN = 200;

export interface PackRequest {
  /** At least one. */
  readonly wants: readonly Oid[];
  readonly haves: readonly Oid[];
  /** Whether the annotated tags of what is sent are to come with it, so that nobody needs to ask for them. */
  readonly withTags?: boolean;
}

/**
 * Asks for the wants and all that they reach, except what the haves reach. One round: every have is sent at once, then
 * `done`.
 * https://git-scm.com/docs/protocol-v2#_fetch
 * https://git-scm.com/docs/gitprotocol-pack#_packfile_negotiation
 */
export function toPackRequest(request: PackRequest, version: ProtocolVersion): Buffer {
  const lines = version === 2 ? toFetchCommand(request) : toNegotiation(request);
  return Buffer.from(lines.join(""));
}

function toFetchCommand({ wants, haves, withTags = false }: PackRequest): string[] {
  return [
    toPktLine("command=fetch\n"),
    toPktLine("agent=sluice\n"),
    DELIMITER_PKT,
    toPktLine("ofs-delta\n"),
    toPktLine("no-progress\n"),
    ...(withTags ? [toPktLine("include-tag\n")] : []),
    ...wants.map((oid) => toPktLine(`want ${oid}\n`)),
    ...haves.map((oid) => toPktLine(`have ${oid}\n`)),
    toPktLine("done\n"),
    FLUSH_PKT,
  ];
}

function toNegotiation({ wants, haves, withTags = false }: PackRequest): string[] {
  const capabilities = withTags ? `${CAPABILITIES} include-tag` : CAPABILITIES;
  return [
    ...wants.map((oid, index) => toPktLine(`want ${oid}${index === 0 ? ` ${capabilities}` : ""}\n`)),
    FLUSH_PKT,
    ...haves.map((oid) => toPktLine(`have ${oid}\n`)),
    toPktLine("done\n"),
  ];
}

/** Gives the bytes of the pack in an answer, as they arrive. */
export async function* readPack(
  answer: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const line of readPktLines(answer)) {
    switch (line[0]) {
      case Band.pack:
        yield line.subarray(1);
        break;
      case Band.progress:
        break;
      case Band.error:
        throw serverError(line.subarray(1));
      default:
        requireHeading(line);
    }
  }
}

/** What comes before the pack: in protocol 0 which haves were known, which the pack shows anyway. */
function requireHeading(line: Buffer): void {
  throwServerError(line);
  const text = line.toString("latin1", 0, MAX_SHOWN);
  if (text === "shallow-info\n") {
    throw new GitError("SHALLOW_HISTORY", "the server itself does not have the whole history", {
      remedy: "on the server: `git fetch --unshallow`",
    });
  }
  if (/^(packfile|NAK|ACK [0-9a-f]{40}( \w+)?)\n?$/.test(text)) return;
  throw new GitError("BAD_RESPONSE", "the server's answer is not well formed: neither a pack nor an error");
}
