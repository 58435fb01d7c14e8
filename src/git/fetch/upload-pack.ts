import { GitError } from "../error.ts";
import type { Oid } from "../oid.ts";
import { FLUSH_PKT, readPktLines, toPktLine } from "./pkt-line.ts";
import type { SmartHttp } from "./smart-http.ts";

/**
 * What every server since 2007 can do. No `thin-pack`: each pack is whole in itself, so that it can be
 * indexed, and later read, without any other.
 */
const CAPABILITIES = "side-band-64k ofs-delta no-progress agent=sluice";

/** The first byte of a line says what the rest is. */
const Band = { pack: 1, progress: 2, error: 3 } as const;

const MAX_SHOWN = 200;

/**
 * Asks for `want` and all that it reaches, except what the `haves` reach, and gives the bytes of the pack.
 * One round: every have is sent at once, then `done`.
 * https://git-scm.com/docs/gitprotocol-pack#_packfile_negotiation
 */
export async function* fetchPack(
  remote: SmartHttp,
  want: Oid,
  haves: readonly Oid[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const lines = [
    toPktLine(`want ${want} ${CAPABILITIES}\n`),
    FLUSH_PKT,
    ...haves.map((oid) => toPktLine(`have ${oid}\n`)),
    toPktLine("done\n"),
  ];
  const answer = remote.uploadPack(Buffer.from(lines.join("")));
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
        readAcknowledgement(line);
    }
  }
}

/** What comes before the pack says which haves were known; the pack shows that anyway. */
function readAcknowledgement(line: Buffer): void {
  const text = line.toString("latin1", 0, MAX_SHOWN);
  if (/^(NAK|ACK [0-9a-f]{40}( \w+)?)\n?$/.test(text)) return;
  if (text.startsWith("ERR ")) throw serverError(line.subarray(4));
  throw new GitError("BAD_RESPONSE", "the server's answer is not well formed: neither a pack nor an error");
}

function serverError(message: Buffer): GitError {
  const shown = JSON.stringify(message.toString("utf8", 0, MAX_SHOWN).trim());
  return new GitError("SERVER_ERROR", `the git server gave up: ${shown}`);
}
