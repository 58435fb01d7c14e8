import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { judgeHostKey, parsePins } from "./known-hosts.ts";

const [ED, RSA, OTHER] = [
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJDfFSBsrtQqhQEuWQtfjnG9wtVZuZ4VF6rqKvAhx0yD",
  `ssh-rsa ${rsaBlob(2048)}`,
  `ssh-dss ${Buffer.concat([wire(Buffer.from("ssh-dss")), wire(Buffer.alloc(20, 1))]).toString("base64")}`,
] as const;
const HOST = { host: "git.bank.example", port: 22 };

function wire(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** An RSA key of so many bits; nobody has its factors. */
function rsaBlob(bits: number): string {
  const modulus = Buffer.concat([Buffer.of(0, 0x80), Buffer.alloc(bits / 8 - 1, 1)]);
  return Buffer.concat([wire(Buffer.from("ssh-rsa")), wire(Buffer.of(1, 0, 1)), wire(modulus)]).toString(
    "base64",
  );
}

function hashed(name: string, version = "1"): string {
  const salt = Buffer.alloc(20, 7);
  const hash = createHmac("sha1", salt).update(name).digest("base64");
  return `|${version}|${salt.toString("base64")}|${hash}`;
}

/** The types of the keys that a file pins, or the code of its fault. */
function pins(knownHosts: string, host = HOST): string[] | string {
  try {
    return parsePins(knownHosts, host).keys.map(({ type }) => type);
  } catch (error) {
    expect(`${error}`).not.toContain("AAAA");
    return (error as { code: string }).code;
  }
}

describe("known_hosts", () => {
  it.each<[string, string]>([
    ["by name", `git.bank.example ${ED}`],
    ["with a comment", `git.bank.example ${ED} who said so`],
    [
      "after other lines",
      `\n# git.bank.example:22 SSH-2.0-x\n  \nother ${RSA}\n\tgit.bank.example\t${ED}\r\n`,
    ],
    ["among several names", `other,git.bank.example,10.0.0.1 ${ED}`],
    ["by a pattern", `*.bank.example ${ED}`],
    ["in capitals", `GIT.Bank.example ${ED}`],
    ["hashed", `${hashed("git.bank.example")} ${ED}`],
  ])("pins a host %s", (_, text) => {
    expect(pins(text)).toEqual(["ssh-ed25519"]);
  });

  it("pins each of a host's keys, and leaves out those of types that are not used", () => {
    const text = `git.bank.example ${RSA}\ngit.bank.example ${OTHER}\ngit.bank.example ${ED}\n`;
    expect(pins(text)).toEqual(["ssh-rsa", "ssh-ed25519"]);
  });

  it("pins a host on another port by that port", () => {
    const host = { ...HOST, port: 2222 };
    expect(pins(`[git.bank.example]:2222 ${ED}`, host)).toEqual(["ssh-ed25519"]);
    expect(pins(`${hashed("[git.bank.example]:2222")} ${ED}`, host)).toEqual(["ssh-ed25519"]);
    for (const name of ["git.bank.example", "[git.bank.example]:2223", hashed("git.bank.example")]) {
      expect(pins(`${name} ${ED}`, host)).toBe("HOST_KEY_UNKNOWN");
    }
    expect(pins(`[git.bank.example]:2222 ${ED}`)).toBe("HOST_KEY_UNKNOWN");
  });

  it.each<[string, string]>([
    ["nothing", ""],
    ["another host", `git.bank.example.evil.example ${ED}`],
    ["another host, hashed", `${hashed("git.bank.exampl")} ${ED}`],
    ["a pattern that excludes it", `*.bank.example,!git.bank.example ${ED}`],
    ["a type that is not used", `git.bank.example ${OTHER}`],
    ["an RSA key that is too short", `git.bank.example ssh-rsa ${rsaBlob(1024)}`],
    ["an authority alone", `@cert-authority *.bank.example ${ED}`],
    ["what is revoked alone", `@revoked git.bank.example ${ED}`],
  ])("does not know a host by %s", (_, text) => {
    expect(pins(text)).toBe("HOST_KEY_UNKNOWN");
  });

  it.each<[string, string]>([
    ["a line without a key", "git.bank.example ssh-ed25519"],
    ["a key that is no base64", "git.bank.example ssh-ed25519 AAAA_"],
    ["a key of another type than it says", `git.bank.example ssh-rsa ${ED.split(" ")[1]}`],
    ["a key that is cut off", "git.bank.example ssh-ed25519 AAAA"],
    ["a key of the first protocol", "git.bank.example 1024 35 1234567"],
    ["an unknown marker", `@trusted git.bank.example ${ED}`],
    ["an unknown hash", `${hashed("git.bank.example", "2")} ${ED}`],
    ["half a hash", `|1|AAAA ${ED}`],
    ["more lines than anybody has", "\n".repeat(3_000)],
  ])("cannot be used with %s, wherever it stands", (_, line) => {
    expect(pins(`git.bank.example ${ED}\n${line}`)).toBe("BAD_CREDENTIALS");
  });

  it("is not made to wait by a pattern", () => {
    expect(pins(`${"*a".repeat(2_000)}b ${ED}`, { ...HOST, host: "a".repeat(250) })).toBe("HOST_KEY_UNKNOWN");
  });
});

describe("the key that a host shows", () => {
  const [ed, rsa] = [ED, RSA].map((line) => Buffer.from(line.split(" ")[1] ?? "", "base64")) as [
    Buffer,
    Buffer,
  ];
  const judge = (shown: Buffer, knownHosts: string): string | undefined =>
    judgeHostKey(shown, parsePins(knownHosts, HOST), HOST)?.code;

  it("is one of those that are pinned for it, and not revoked", () => {
    const pinned = `git.bank.example ${ED}\nother ${RSA}\n`;
    expect(judge(ed, pinned)).toBeUndefined();
    expect(judge(rsa, pinned)).toBe("HOST_KEY_CHANGED");
    expect(judge(ed.subarray(0, -1), pinned)).toBe("HOST_KEY_CHANGED");
    expect(judge(Buffer.concat([ed, Buffer.of(0)]), pinned)).toBe("HOST_KEY_CHANGED");
    expect(judge(ed, `${pinned}@revoked * ${ED}`)).toBe("HOST_KEY_REVOKED");
    expect(judge(ed, `@revoked ${hashed("git.bank.example")} ${ED}\n${pinned}`)).toBe("HOST_KEY_REVOKED");
    expect(judge(ed, `${pinned}@revoked other ${ED}`)).toBeUndefined();
  });
});
