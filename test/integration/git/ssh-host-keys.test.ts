import { expect, it } from "vitest";
import { describeWithTools } from "../../support/tools.ts";
import { attemptFetch } from "./support/attempt.ts";
import { commitLine, makeBareRepository, makeFolder } from "./support/git.ts";
import { type KeyType, makeSshKey, type Sshd, startSshd } from "./support/ssh.ts";

interface Scene extends Sshd {
  readonly head: string;
  readonly attempt: (knownHosts: string) => Promise<string>;
}

async function openScene(options?: Parameters<typeof startSshd>[0]): Promise<Scene> {
  const path = makeBareRepository(makeFolder());
  const head = commitLine(path, 1).at(-1) ?? "";
  const sshd = await startSshd(options);
  const attempt = (knownHosts: string): Promise<string> =>
    attemptFetch({ url: sshd.url(path), auth: { ...sshd.auth, knownHosts } });
  return { ...sshd, head, attempt };
}

describeWithTools(["git", "sshd", "ssh-keygen"], "the server's key", () => {
  it("is the pinned one, or nobody logs in (attack 23)", async () => {
    const [key, other] = [makeSshKey(), makeSshKey()];
    const { attempt, name, head, log } = await openScene({ hostKeys: [key] });
    expect(await attempt(`${name} ${other.line}`)).toBe("HOST_KEY_CHANGED");
    expect(await attempt("")).toBe("HOST_KEY_UNKNOWN");
    expect(await attempt(`127.0.0.1 ${key.line}`)).toBe("HOST_KEY_UNKNOWN"); // of port 22
    expect(await attempt(`@cert-authority ${name} ${key.line}`)).toBe("HOST_KEY_UNKNOWN");
    expect(log()).not.toContain("Accepted key");
    expect(await attempt(`${name} ${key.line}`)).toBe(head);
    expect(await attempt(`${name} ${other.line}\n${name} ${key.line}`)).toBe(head);
    expect(log()).toContain("Accepted key");
  });

  it("is not one that is revoked, whatever else is said of it", async () => {
    const [key, other] = [makeSshKey(), makeSshKey()];
    const { attempt, name, head, log } = await openScene({ hostKeys: [key] });
    for (const hosts of [name, "*"]) {
      expect(await attempt(`${name} ${key.line}\n@revoked ${hosts} ${key.line}`)).toBe("HOST_KEY_REVOKED");
    }
    expect(log()).not.toContain("Accepted key");
    expect(await attempt(`${name} ${key.line}\n@revoked ${name} ${other.line}`)).toBe(head);
    expect(await attempt(`${name} ${key.line}\n@revoked other.example ${key.line}`)).toBe(head);
  });

  it.each<[KeyType, KeyType]>([
    ["ed25519", "rsa"],
    ["rsa", "ed25519"],
    ["ecdsa-256", "ed25519"],
  ])("is asked for by its type: the server has %s beside %s", async (pinned, beside) => {
    const [key, another] = [makeSshKey(pinned), makeSshKey(beside)];
    const { attempt, name, head } = await openScene({ hostKeys: [another, key] });
    expect(await attempt(`${name} ${key.line}`)).toBe(head);
    expect(await attempt(`${name} ${makeSshKey(pinned).line}`)).toBe("HOST_KEY_CHANGED");
  });

  it("is of a type that is pinned", async () => {
    const { attempt, name } = await openScene({ hostKeys: [makeSshKey("ed25519")] });
    expect(await attempt(`${name} ${makeSshKey("rsa").line}`)).toBe("NO_COMMON_ALGORITHM");
    expect(await attempt(`${name} ${makeSshKey("rsa-1024").line}`)).toBe("HOST_KEY_UNKNOWN"); // too short to pin
  });
});

describeWithTools(["git", "sshd", "ssh-keygen"], "a server that knows only what is weak", () => {
  it.each<[string, string[]]>([
    ["signs its key over SHA-1", ["HostKeyAlgorithms ssh-rsa"]],
    ["exchanges keys over SHA-1", ["KexAlgorithms diffie-hellman-group14-sha1"]],
    ["exchanges keys in a group of its own", ["KexAlgorithms diffie-hellman-group-exchange-sha256"]],
    ["encrypts with CBC", ["Ciphers aes256-cbc"]],
    ["encrypts with ChaCha20", ["Ciphers chacha20-poly1305@openssh.com"]],
    ["authenticates with SHA-1", ["Ciphers aes256-ctr", "MACs hmac-sha1"]],
  ])("is refused: it %s", async (_, config) => {
    const hostKeys = [makeSshKey("rsa")];
    const { attempt, auth, log } = await openScene({ hostKeys, config });
    expect(await attempt(auth.knownHosts)).toBe("NO_COMMON_ALGORITHM");
    expect(log()).not.toContain("Accepted key");
  });

  it.each<[string, string[]]>([
    ["signs its key over SHA-2", ["HostKeyAlgorithms rsa-sha2-256"]],
    ["exchanges keys over SHA-2", ["KexAlgorithms diffie-hellman-group14-sha256"]],
    ["encrypts with CTR, and authenticates with SHA-2", ["Ciphers aes128-ctr", "MACs hmac-sha2-256"]],
  ])("is not one that %s", async (_, config) => {
    const { attempt, auth, head } = await openScene({ hostKeys: [makeSshKey("rsa")], config });
    expect(await attempt(auth.knownHosts)).toBe(head);
  });

  it("takes the user's RSA key over SHA-1 alone, and is not given that", async () => {
    const users = [makeSshKey("rsa")];
    const { attempt, auth, log } = await openScene({ users, config: ["PubkeyAcceptedAlgorithms ssh-rsa"] });
    expect(await attempt(auth.knownHosts)).toMatch(/^(AUTHENTICATION|NO_COMMON_ALGORITHM)$/);
    expect(log()).not.toContain("Accepted publickey");
  });
});
