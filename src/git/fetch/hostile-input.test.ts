import fc from "fast-check";
import ssh2 from "ssh2";
import { describe, expect, it } from "vitest";
import { GitError } from "../error.ts";
import { parseAdvertisement } from "./advertisement.ts";
import { parseListedRef } from "./listed-ref.ts";
import { parseRemoteUrl } from "./remote-url.ts";
import { parseIdentity } from "./ssh/identity.ts";
import { parseTls } from "./tls-options.ts";

const OID = "a".repeat(40);
const words = fc.constantFrom(
  ...[
    OID,
    `${OID} `,
    "refs/heads/main",
    "HEAD",
    "peeled:",
    "symref-target:",
    "version 2",
    "ls-refs",
    "fetch",
    "\0",
    " ",
    "^{}",
  ],
  ...[
    "shallow",
    "ssh://",
    "git@",
    "host",
    ":22",
    "/",
    "~",
    "%2e",
    "[::1]",
    "?",
    "#",
    "é",
    "-----BEGIN CERTIFICATE-----",
  ],
  ...[
    "-----BEGIN OPENSSH PRIVATE KEY-----\n",
    "\n-----END OPENSSH PRIVATE KEY-----",
    "b3BlbnNzaC1rZXktdjEA",
    "AAAA",
  ],
);
const text = fc.oneof(
  fc.array(words, { maxLength: 8 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary" }),
);

/** Whether it gives a value, or says what is wrong in the one way that is foreseen. */
function isAnswered(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    return error instanceof GitError;
  }
}

describe("what comes from outside", () => {
  it.each<[string, (each: string) => unknown]>([
    ["an advertisement", (each) => parseAdvertisement(each.split("\n"))],
    ["a line of a listing", parseListedRef],
    ["a URL", parseRemoteUrl],
    ["a private key", (each) => parseIdentity(ssh2.utils.parseKey, each, "passphrase")],
    ["a certificate", (each) => parseTls({ authorities: each, client: { certificate: each, key: each } })],
  ])("is parsed or refused, as %s", (_, parse) => {
    fc.assert(
      fc.property(text, (each) => {
        expect(isAnswered(() => parse(each))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("is a URL in one spelling, once it was parsed", () => {
    const parse = (url: string): string => {
      try {
        return parseRemoteUrl(url);
      } catch {
        return "";
      }
    };
    fc.assert(
      fc.property(text, (path) => {
        const spelled = parse(`ssh://git@host/${path}`);
        expect(spelled === "" ? "" : parse(spelled)).toBe(spelled);
      }),
    );
  });
});
