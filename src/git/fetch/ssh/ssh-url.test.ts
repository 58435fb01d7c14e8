import { describe, expect, it } from "vitest";
import { parseRemoteUrl } from "../remote-url.ts";
import { isScpLike, parseSshUrl, type SshAddress } from "./ssh-url.ts";

function parse(url: string): SshAddress | string {
  try {
    return parseSshUrl(url);
  } catch (error) {
    expect(String(error)).not.toContain("canary");
    return (error as { code: string }).code;
  }
}

describe("an ssh:// URL", () => {
  it.each<[string, Partial<SshAddress>]>([
    ["ssh://git@git.bank.example/payments/config.git", { host: "git.bank.example", port: 22, user: "git" }],
    ["ssh://git@git.bank.example:22/c", { url: "ssh://git@git.bank.example/c", port: 22 }],
    ["ssh://git@git.bank.example:2222/c", { url: "ssh://git@git.bank.example:2222/c", port: 2222 }],
    ["ssh://git@GIT.bank.example/c/", { url: "ssh://git@git.bank.example/c", host: "git.bank.example" }],
    ["SSH://Robot@git/c", { url: "ssh://Robot@git/c", user: "Robot" }],
    ["ssh://git@[2001:DB8::1]:2222/c", { host: "2001:db8::1", url: "ssh://git@[2001:db8::1]:2222/c" }],
    ["ssh://git@git/with%20space/it's", { path: "/with space/it's" }],
    ["ssh://git@git/~/c.git", { path: "~/c.git" }],
    ["ssh://git@git/~alice/c.git", { path: "~alice/c.git" }],
    ["ssh://git@git/a/../b", { path: "/b" }],
  ])("%s", (url, expected) => {
    expect(parse(url)).toMatchObject(expected);
    expect(parseRemoteUrl(url)).toBe(parseSshUrl(url).url);
  });

  it.each([
    "ssh://git.bank.example/config.git", // no user
    "ssh://git:canary@git.bank.example/c",
    "ssh://-oProxyCommand=x@git/c",
    "ssh://a%20b@git/c",
    "ssh://git@/c",
    "ssh://git@-oProxyCommand=x/c",
    "ssh://git@a..b/c",
    "ssh://git@a%2fb/c",
    "ssh://git@git%00/c",
    "ssh://git@git:99999/c",
    "ssh://git@git",
    "ssh://git@git/",
    "ssh://git@git/a%0Ab",
    "ssh://git@git/a%00",
    "ssh://git@git/%ff",
    "ssh://git@git/c?x",
    "ssh://git@git/c#x",
    "git+ssh://git@git/c",
  ])("is none: %s", (url) => {
    expect(parse(url)).toBe("BAD_URL");
  });

  it.each([
    ["git@git.bank.example:payments/config.git", true],
    ["git.bank.example:config.git", true],
    ["git@[::1]:config.git", true],
    ["ssh://git@git.bank.example/config.git", false],
    ["https://git.bank.example/config.git", false],
    ["/srv/config.git", false],
    ["./a:b", false],
  ])("has a short form, which is told: %s", (text, expected) => {
    expect(isScpLike(text)).toBe(expected);
    if (expected) {
      expect(() => parseRemoteUrl(text)).toThrow(
        expect.objectContaining({ code: "BAD_URL", remedy: expect.stringContaining("ssh://") }),
      );
    }
  });
});
