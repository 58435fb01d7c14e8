import type { WindowMaterial } from "./material.ts";

/** Without fields that are not there: the digest covers what is written. */
export function toWindow({
  validAfter,
  validBefore,
}: {
  readonly [K in keyof WindowMaterial]?: number | undefined;
}): WindowMaterial {
  return {
    ...(validAfter !== undefined && { validAfter }),
    ...(validBefore !== undefined && { validBefore }),
  };
}
