import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { GitError } from "../error.ts";
import type { GitLimits } from "../limits.ts";
import { PACK_HEADER, PACK_TRAILER } from "../pack/pack-file.ts";

/**
 * Writes a pack to a new file as it arrives, up to the limit, and compares its checksum: a pack that was
 * cut off or changed on the way is BAD_RESPONSE. Durable when it returns. Gives the checksum in hex.
 */
export async function receivePack(
  stream: AsyncIterable<Uint8Array>,
  path: string,
  limits: Pick<GitLimits, "packBytes">,
): Promise<string> {
  const file = await open(path, "wx");
  try {
    const hash = createHash("sha1");
    /** The last bytes so far: the checksum covers all but them. */
    let tail: Buffer = Buffer.alloc(0);
    let size = 0;
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > limits.packBytes) {
        throw new GitError(
          "RESPONSE_TOO_LARGE",
          `the server sends a pack of more than ${limits.packBytes} bytes`,
          {
            remedy: "keep configuration in a repository of its own",
          },
        );
      }
      await file.writeFile(chunk);
      const seen = Buffer.concat([tail, chunk]);
      const covered = Math.max(0, seen.length - PACK_TRAILER);
      hash.update(seen.subarray(0, covered));
      tail = Buffer.from(seen.subarray(covered));
    }
    const checksum = hash.digest("hex");
    if (size < PACK_HEADER + PACK_TRAILER || tail.toString("hex") !== checksum) {
      throw new GitError(
        "BAD_RESPONSE",
        `the pack from the server is damaged or cut off after ${size} bytes`,
      );
    }
    await file.sync();
    return checksum;
  } finally {
    await file.close();
  }
}
