export interface SignerOptions {
  readonly certAuthority: boolean;
  /** A pattern-list. */
  readonly namespaces: string | undefined;
  /** Milliseconds since the epoch; the window is [validAfter, validBefore). */
  readonly validAfter: number | undefined;
  readonly validBefore: number | undefined;
}

export class MalformedOption extends Error {
  override readonly name = "MalformedOption";
}

const NONE: SignerOptions = {
  certAuthority: false,
  namespaces: undefined,
  validAfter: undefined,
  validBefore: undefined,
};

const OPTION = /^(cert-authority|(namespaces|valid-after|valid-before)="([^"\\]*)")(,|[ \t]+|$)/i;

/**
 * Reads the options field of an `allowed_signers` line, if there is one, and gives back what follows it.
 * Names are case-insensitive, values are in double quotes, and no option may be given twice. A backslash, which
 * escapes quotes for ssh-keygen and has no other use in a value, is refused.
 */
export function parseSignerOptions(text: string): { value: SignerOptions; rest: string } {
  if (!looksLikeOptions(text)) return { value: NONE, rest: text };
  const seen = new Map<string, string>();
  let rest = text;
  for (let more = true; more; ) {
    const [matched, whole, name, value = "", separator] = OPTION.exec(rest) ?? [];
    if (matched === undefined || whole === undefined)
      throw new MalformedOption("an option that is not known");
    const key = (name ?? whole).toLowerCase();
    if (seen.has(key)) throw new MalformedOption(`the option ${key} is given twice`);
    seen.set(key, value);
    rest = rest.slice(matched.length);
    more = separator === ",";
  }
  return { value: toOptions(seen), rest };
}

/** A key type has none of these, and no option is without them. */
function looksLikeOptions(text: string): boolean {
  const [word = ""] = text.split(/[ \t]/, 1);
  return /[=",]/.test(word) || word.toLowerCase() === "cert-authority";
}

function toOptions(seen: ReadonlyMap<string, string>): SignerOptions {
  const time = (name: string): number | undefined => {
    const text = seen.get(name);
    return text === undefined ? undefined : parseTimestamp(text);
  };
  const validAfter = time("valid-after");
  const lastValid = time("valid-before");
  if (validAfter !== undefined && lastValid !== undefined && lastValid <= validAfter) {
    throw new MalformedOption("valid-before is not after valid-after");
  }
  return {
    certAuthority: seen.has("cert-authority"),
    namespaces: seen.get("namespaces"),
    validAfter,
    // ssh-keygen still accepts the second that `valid-before` names.
    validBefore: lastValid === undefined ? undefined : lastValid + 1000,
  };
}

const TIMESTAMP = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(z|utc)?$/i;
const HOUR = 60 * 60 * 1000;

/**
 * `YYYYMMDD[HHMM[SS]][Z]`; without the `Z` in the machine's own time zone, as ssh-keygen has it. A local time that the
 * change to or from summer time leaves out, or has twice, is refused: which instant it is would be a guess.
 */
function parseTimestamp(text: string): number {
  const [, year, month, day, hour = "00", minute = "00", second = "00", zone] = TIMESTAMP.exec(text) ?? [];
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const utc = Date.parse(`${written}Z`);
  if (Number.isNaN(utc) || !new Date(utc).toISOString().startsWith(written)) {
    throw new MalformedOption("a time that is not YYYYMMDD[HHMM[SS]][Z]");
  }
  if (zone !== undefined) return utc;
  const local = Date.parse(written);
  const same = [local - HOUR, local, local + HOUR].filter((instant) => clockTime(instant) === utc);
  if (same.length !== 1)
    throw new MalformedOption("a local time that is not exactly one instant: write it in UTC");
  return local;
}

/** What a clock in the machine's own zone shows, as if it were UTC. */
function clockTime(instant: number): number {
  return instant - new Date(instant).getTimezoneOffset() * 60_000;
}
