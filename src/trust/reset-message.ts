import type { Oid } from "../git/index.ts";
import type { LogPosition } from "../verified.ts";

/** What a gate is taken back from: its last admission, and the entry of the audit log that holds it. */
export interface ResetBinding {
  readonly gate: { readonly namespace: string; readonly name: string };
  readonly from: Oid;
  readonly entry: LogPosition;
}

const HASH_SHOWN = 16;
const FOLDER = "sluice-reset/";

/** Whether a tag is of those that take a gate back, by the name that it calls itself. */
export function isResetName(name: string): boolean {
  return name.startsWith(FOLDER);
}

/** Where the tags are looked for. The name only finds them: what they bind is in their messages. */
export function resetTagPrefix({ gate, entry }: ResetBinding): string {
  const place = [gate.namespace, gate.name].map((name) => name.replaceAll(".", "-")).join("/");
  return `refs/tags/${FOLDER}${place}/${entry.leafHash.slice(0, HASH_SHOWN)}/`;
}

const BINDING =
  /(?:^|\n\n)Sluice-Gate: (\S+)\nSluice-From: ([0-9a-f]{40})\nSluice-Entry: (0|[1-9]\d{0,14}) ([0-9a-f]{64})\n$/;

/** Trailers at the end of the message, after whatever the person has to say. */
export function formatResetMessage(why: string, { gate, from, entry }: ResetBinding): string {
  const trailers = [
    `Sluice-Gate: ${gate.namespace}/${gate.name}`,
    `Sluice-From: ${from}`,
    `Sluice-Entry: ${entry.index} ${entry.leafHash}`,
  ];
  return `${why.trim()}\n\n${trailers.join("\n")}\n`;
}

/** Whether a message says exactly this at its end. */
export function bindsReset(message: string, { gate, from, entry }: ResetBinding): boolean {
  const [, name, revision, index, leafHash] = BINDING.exec(message) ?? [];
  return (
    name === `${gate.namespace}/${gate.name}` &&
    revision === from &&
    index === String(entry.index) &&
    leafHash === entry.leafHash
  );
}
