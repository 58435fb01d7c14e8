import { createHmac } from "node:crypto";
import { parseSshPublicKey } from "../../../signatures/ssh/public-key.ts";
import { matchesPatternList } from "../../../signatures/ssh/pattern-list.ts";
import { GitError } from "../../error.ts";
import { isPlainKeyType, type PlainKeyType } from "./algorithms.ts";
import { SSH_PORT, type SshAddress } from "./ssh-url.ts";

type HostName = Pick<SshAddress, "host" | "port">;

export interface PinnedKey {
  readonly type: PlainKeyType;
  /** In wire form. */
  readonly blob: Buffer;
}

/** What known_hosts says of one host. */
export interface HostPins {
  readonly keys: readonly PinnedKey[];
  /** In wire form; they outweigh the keys. */
  readonly revoked: readonly Buffer[];
}

/** More than the keys of any one team's servers; every line costs a hash. */
const MAX_LINES = 2_000;
const MARKERS: ReadonlySet<string> = new Set(["@cert-authority", "@revoked"]);

interface Line {
  readonly marker: string | undefined;
  readonly blob: Buffer;
}

/**
 * Reads what a known_hosts file, in the format of sshd(8), pins for a host. A line that cannot be read spoils the file.
 * A host on another port than 22 is `[host]:port`, and no line of the bare host is for it. Certificate authorities
 * vouch for nothing here: what they sign cannot be checked, and a host with nothing else is unknown. Throws
 * BAD_CREDENTIALS, HOST_KEY_UNKNOWN.
 */
export function parsePins(knownHosts: string, host: HostName): HostPins {
  const texts = knownHosts.split("\n");
  if (texts.length > MAX_LINES) throw unusable(`it has more than ${MAX_LINES} lines`);
  const lines = texts.flatMap((text, index) => parseLine(text.trim(), index + 1, host) ?? []);
  const keys = lines.flatMap(({ marker, blob }) => (marker === undefined ? toPinnedKeys(blob) : []));
  if (keys.length === 0) {
    throw unknownHost(
      host,
      lines.some(({ marker }) => marker === "@cert-authority"),
    );
  }
  return { keys, revoked: lines.flatMap(({ marker, blob }) => (marker === "@revoked" ? [blob] : [])) };
}

/** The line, if it is for this host. */
function parseLine(text: string, number: number, host: HostName): Line | undefined {
  if (text === "" || text.startsWith("#")) return undefined;
  const fields = text.split(/[ \t]+/);
  const marker = text.startsWith("@") ? fields.shift() : undefined;
  const [hosts, type, base64] = fields;
  if (marker !== undefined && !MARKERS.has(marker)) throw unusable(`line ${number} has an unknown marker`);
  if (hosts === undefined || type === undefined || base64 === undefined) {
    throw unusable(`line ${number} is not: hosts, type of key, key`);
  }
  const blob = Buffer.from(base64, "base64");
  if (blob.toString("base64") !== base64 || typeOf(blob) !== type) {
    throw unusable(`the key in line ${number} is not one of the type that it says`);
  }
  return isFor(hosts, nameOf(host), number) ? { marker, blob } : undefined;
}

/** The first string of a key in wire form. */
function typeOf(blob: Buffer): string | undefined {
  if (blob.length < 4) return undefined;
  return blob.toString("latin1", 4, 4 + blob.readUInt32BE());
}

function isFor(hosts: string, name: string, number: number): boolean {
  if (!hosts.startsWith("|")) return matchesPatternList(name, hosts.toLowerCase());
  const [, version, salt = "", hash = "", ...more] = hosts.split("|");
  const expected = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64");
  if (version !== "1" || salt === "" || hash === "" || more.length > 0) {
    throw unusable(`line ${number} hashes its host in an unknown way`);
  }
  return expected === hash;
}

/** Keys of other types (of DSA, or on tokens) are there for other clients. */
function toPinnedKeys(blob: Buffer): PinnedKey[] {
  const parsed = parseSshPublicKey(blob);
  return parsed.ok && isPlainKeyType(parsed.value.type) ? [{ type: parsed.value.type, blob }] : [];
}

function nameOf({ host, port }: HostName): string {
  return port === SSH_PORT ? host : `[${host}]:${port}`;
}

/** What is wrong with the key that a host shows, or undefined. */
export function judgeHostKey(shown: Uint8Array, pins: HostPins, host: HostName): GitError | undefined {
  if (pins.revoked.some((blob) => blob.equals(shown))) {
    return new GitError("HOST_KEY_REVOKED", `${nameOf(host)} shows a key that known_hosts revokes`, {
      remedy: "somebody may be in between; ask who runs the server for its new key",
    });
  }
  if (pins.keys.some(({ blob }) => blob.equals(shown))) return undefined;
  return new GitError("HOST_KEY_CHANGED", `${nameOf(host)} shows another key than known_hosts has for it`, {
    remedy: "somebody may be in between; ask who runs the server for its key, then replace it in known_hosts",
  });
}

function unknownHost(host: HostName, hasAuthority: boolean): GitError {
  const name = nameOf(host);
  return new GitError("HOST_KEY_UNKNOWN", `known_hosts has no key for ${name} that can be used`, {
    remedy: hasAuthority
      ? "it names a @cert-authority alone, and host certificates are not supported: add the host's own key"
      : "add the host's key, which is never taken on first use; `ssh-keyscan` shows keys, who runs the server confirms them",
  });
}

function unusable(found: string): GitError {
  return new GitError("BAD_CREDENTIALS", `known_hosts cannot be used: ${found}`, {
    remedy: "see sshd(8) for its format; `ssh-keygen -l -f known_hosts` lists what it has",
  });
}
