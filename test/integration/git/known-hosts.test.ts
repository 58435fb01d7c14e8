import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { parsePins } from "../../../src/git/fetch/ssh/known-hosts.ts";
import { describeWithTools } from "../../support/tools.ts";
import { makeFolder } from "./support/git.ts";

const KEYS = [1, 2, 3, 4].map((byte) => {
  const head = Buffer.from("0000000b7373682d6564323535313900000020", "hex");
  return Buffer.concat([head, Buffer.alloc(32, byte)]).toString("base64");
});

function hashed(name: string): string {
  const salt = Buffer.alloc(20, name.length);
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
}

const HOSTS = [
  { host: "git.bank.example", port: 22 },
  { host: "git.bank.example", port: 2222 },
  { host: "a.b", port: 22 },
  { host: "10.0.0.1", port: 22 },
];
const nameOf = ({ host, port }: (typeof HOSTS)[number]): string => (port === 22 ? host : `[${host}]:${port}`);

const pattern = fc.oneof(
  fc.constantFrom(
    ...HOSTS.map(nameOf),
    "GIT.bank.example",
    "*",
    "*.bank.example",
    "git.*",
    "[*]:2222",
    "?.b",
    "[*",
  ),
  fc.string({ unit: fc.constantFrom(..."abgit.*?[]:2"), minLength: 1, maxLength: 6 }),
);
const negated = fc.tuple(fc.boolean(), pattern).map(([not, text]) => (not ? `!${text}` : text));
const hosts = fc.oneof(
  { weight: 3, arbitrary: fc.array(negated, { minLength: 1, maxLength: 3 }).map((list) => list.join(",")) },
  { weight: 1, arbitrary: fc.constantFrom(...HOSTS).map((host) => hashed(nameOf(host))) },
);
const marker = fc.constantFrom("", "", "", "@revoked ", "@cert-authority ");
const line = fc
  .tuple(marker, hosts, fc.constantFrom(...KEYS))
  .map(([mark, names, key]) => `${mark}${names} ssh-ed25519 ${key}`);

/** The keys that ssh-keygen finds for a host, by what the file says of them. */
function foundBySshKeygen(file: string, name: string): { keys: string[]; revoked: string[] } {
  let text = "";
  try {
    text = execFileSync("ssh-keygen", ["-F", name, "-f", file], { encoding: "utf8", stdio: "pipe" });
  } catch {
    // It ends with 1 where it finds nothing.
  }
  const lines = text.split("\n").filter((each) => each !== "" && !each.startsWith("#"));
  const keysIn = (those: string[]): string[] => those.map((each) => each.trim().split(" ").at(-1) ?? "");
  return {
    keys: keysIn(lines.filter((each) => !each.startsWith("@"))),
    revoked: keysIn(lines.filter((each) => each.startsWith("@revoked"))),
  };
}

function found(text: string, host: (typeof HOSTS)[number]): { keys: string[]; revoked: string[] } | string {
  try {
    const { keys, revoked } = parsePins(text, host);
    const toText = (blob: Buffer): string => blob.toString("base64");
    return { keys: keys.map(({ blob }) => toText(blob)), revoked: revoked.map(toText) };
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describeWithTools(["ssh-keygen", "time"], "known_hosts", () => {
  it("has for a host what ssh-keygen finds in it", () => {
    const file = join(makeFolder(), "known_hosts");
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), (lines) => {
        const text = `${lines.join("\n")}\n`;
        writeFileSync(file, text);
        for (const host of HOSTS) {
          const expected = foundBySshKeygen(file, nameOf(host));
          expect(found(text, host)).toEqual(expected.keys.length === 0 ? "HOST_KEY_UNKNOWN" : expected);
        }
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it("is read, or refused by name, whatever is in it", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          line.map((text) => text.slice(0, -3)),
        ),
        (text) => {
          expect(["HOST_KEY_UNKNOWN", "BAD_CREDENTIALS"]).toContain(found(text, { host: "a.b", port: 22 }));
        },
      ),
    );
  });
});
