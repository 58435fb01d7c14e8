import { describe, expect, it } from "vitest";
import { DEFAULT_GIT_LIMITS } from "../limits.ts";
import type { HttpLogin } from "./auth.ts";
import { InstallationTokens } from "./github-app.ts";
import { SmartHttp } from "./smart-http.ts";

const tokens = new InstallationTokens({ now: () => 0 });
const ALICE = { username: "alice", password: "canary" };

/** The code of the error that opening the remote ends with; the way is judged before anything is sent. */
function open(url: string, login?: HttpLogin): string {
  const signal = new AbortController().signal;
  try {
    const remote = new SmartHttp({
      url,
      ...(login && { auth: { login } }),
      tokens,
      limits: DEFAULT_GIT_LIMITS,
      signal,
    });
    return remote.url === url ? "opened" : remote.url;
  } catch (error) {
    expect(String(error)).not.toContain("canary");
    return (error as { code: string }).code;
  }
}

describe("credentials are for a way that nobody reads along", () => {
  it.each([
    "https://git.bank.example/config.git",
    "http://127.0.0.1:3000/config.git",
    "http://[::1]:3000/config.git",
    "http://localhost/config.git",
  ])("such as %s", (url) => {
    expect(open(url, ALICE)).toBe("opened");
    expect(open(url, { bearerToken: "canary" })).toBe("opened");
  });

  it.each([
    "http://git.bank.example/config.git",
    "http://10.0.0.1/config.git",
    "http://127.0.0.1.bank.example/config.git",
    "http://localhost.bank.example/config.git",
  ])("and not %s, which without them is read", (url) => {
    expect(open(url, ALICE)).toBe("INSECURE_URL");
    expect(open(url, { bearerToken: "canary" })).toBe("INSECURE_URL");
    expect(open(url)).toBe("opened");
  });
});
