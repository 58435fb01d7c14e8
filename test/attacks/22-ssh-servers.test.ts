import { spawn } from "node:child_process";
import { expect, it } from "vitest";
import { SshTransport } from "../../src/git/fetch/ssh/ssh-transport.ts";
import { DEFAULT_GIT_LIMITS } from "../../src/git/index.ts";
import { attemptFetch } from "../integration/git/support/attempt.ts";
import { commitLine, makeBareRepository, makeFolder } from "../integration/git/support/git.ts";
import { serveHostileSsh } from "../integration/git/support/hostile-ssh.ts";
import { makeSshKey, serveSocket } from "../integration/git/support/ssh.ts";
import { describeWithTools } from "../support/tools.ts";

const OID = "a".repeat(40);
const MiB = 1024 * 1024;

function pkt(text: string): string {
  return (text.length + 4).toString(16).padStart(4, "0") + text;
}

const V2 = `${pkt("version 2\n")}${pkt("ls-refs\n")}${pkt("fetch\n")}0000`;
const LISTING = `${pkt(`${OID} refs/heads/main\n`)}0000`;

/** Fetches from a TCP server that may not speak SSH at all. */
async function attemptAt(port: number, limits = {}): Promise<string> {
  const auth = { identity: makeSshKey().identity, knownHosts: `[127.0.0.1]:${port} ${makeSshKey().line}` };
  return await attemptFetch({ url: `ssh://git@127.0.0.1:${port}/config.git`, auth, limits });
}

describeWithTools(["time"], "attack 22: a server that does not speak SSH as it should", () => {
  it.each<[string, string | Buffer, RegExp]>([
    ["sends nothing and hangs up", "", /^(CONNECTION|BAD_RESPONSE)$/],
    ["is a web server", "HTTP/1.1 400 Bad Request\r\n\r\n", /^(CONNECTION|BAD_RESPONSE)$/],
    ["sends garbage", Buffer.alloc(10_000, 0xf7), /^(CONNECTION|BAD_RESPONSE)$/],
    [
      "sends garbage after its banner",
      Buffer.concat([Buffer.from("SSH-2.0-x\r\n"), Buffer.alloc(5000, 0xff)]),
      /^(CONNECTION|BAD_RESPONSE)$/,
    ],
    [
      "says that a packet is empty",
      Buffer.from("SSH-2.0-x\r\n\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
      /^(CONNECTION|BAD_RESPONSE)$/,
    ],
    ["knows the first version", "SSH-1.5-old\r\n", /^(CONNECTION|BAD_RESPONSE)$/],
  ])("%s", async (_, bytes, code) => {
    const port = await serveSocket((socket) => socket.end(bytes));
    expect(await attemptAt(port)).toMatch(code);
  });

  it.each<[string, string]>([
    ["is silent", ""],
    ["stops after its banner", "SSH-2.0-OpenSSH_9.2\r\n"],
    ["stops in its banner", "SSH-2.0-Open"],
  ])("%s, up to the longest silence", async (_, bytes) => {
    const port = await serveSocket((socket) => socket.write(bytes));
    expect(await attemptAt(port, { idleMs: 200 })).toBe("TIMEOUT");
    expect(await attemptAt(port, { fetchMs: 200 })).toBe("TIMEOUT");
  });

  it.each([
    ["in lines", "a line before the banner\r\n"],
    ["in one line", "x".repeat(500)],
  ])("has a banner without end, %s", async (_, piece) => {
    const port = await serveSocket((socket) => {
      const send = (): void => {
        while (!socket.destroyed && socket.write(piece.repeat(20)));
      };
      socket.on("drain", send);
      send();
    });
    expect(await attemptAt(port, { idleMs: 2_000 })).toMatch(/^(BAD_RESPONSE|TIMEOUT|CONNECTION)$/);
  });

  it("drips its banner, byte by byte, which is not listened to for longer than to silence", async () => {
    const port = await serveSocket((socket) => {
      const timer = setInterval(() => socket.write("x"), 20);
      socket.on("close", () => clearInterval(timer));
    });
    expect(await attemptAt(port, { idleMs: 300 })).toBe("TIMEOUT");
  });

  it("is not there", async () => {
    expect(await attemptAt(9)).toBe("CONNECTION");
  });
});

describeWithTools(["time"], "attack 22: a server that logs in whoever comes, and then", () => {
  it("lets nothing run", async () => {
    const { url, auth, commands } = await serveHostileSsh();
    expect(await attemptFetch({ url, auth })).toBe("NOT_A_GIT_SERVER");
    expect(commands).toEqual(["git-upload-pack '/config.git'"]);
  });

  it("asks for another login for ever", async () => {
    const { url, auth, logins } = await serveHostileSsh({ refusesLogin: true });
    expect(await attemptFetch({ url, auth })).toBe("AUTHENTICATION");
    expect(logins).toEqual(["git"]);
  });

  it("hangs up", async () => {
    const { url, auth } = await serveHostileSsh({ meet: (client) => client.on("ready", () => client.end()) });
    expect(await attemptFetch({ url, auth })).toBe("CONNECTION");
  });

  it("complains, in words that no terminal acts on", async () => {
    const { url, auth } = await serveHostileSsh({
      run: (channel) => {
        channel.stderr.write("ERROR: \u001b[2J not found\n");
        channel.exit(1);
        channel.end();
      },
    });
    expect(await attemptFetch({ url, auth })).toBe("REPOSITORY_NOT_FOUND");
  });

  it.each<[string, string, string]>([
    ["answers with nonsense", "nonsense", "BAD_RESPONSE"],
    ["answers with an error", `${pkt("ERR no\n")}`, "SERVER_ERROR"],
    ["speaks the first protocol", `${pkt("version 1\n")}0000`, "NOT_A_GIT_SERVER"],
    ["stops in its capabilities", V2.slice(0, -6), "BAD_RESPONSE"],
    ["says more than it was asked", `${V2}${LISTING}`, "BAD_RESPONSE"],
    ["lists no ref", `${pkt(`${"0".repeat(40)} capabilities^{}\0x\n`)}0000`, "EMPTY_REPOSITORY"],
  ])("%s", async (_, bytes, code) => {
    const { url, auth } = await serveHostileSsh({ run: (channel) => channel.end(bytes) });
    expect(await attemptFetch({ url, auth })).toBe(code);
  });

  it.each<[string, string | undefined, string]>([
    ["nothing", undefined, "BAD_RESPONSE"],
    ["an error", pkt("ERR upload-pack: not our ref\n"), "SERVER_ERROR"],
    ["nonsense", "zzzz", "BAD_RESPONSE"],
    ["a pack that is none", `${pkt("packfile\n")}${pkt("\u0001PACKPACKPACKPACK")}0000`, "BAD_RESPONSE"],
    ["half a pack", `${pkt("packfile\n")}${pkt("\u0001PACK")}`, "BAD_RESPONSE"],
  ])("answers the request for a pack with %s", async (_, bytes, code) => {
    const { url, auth } = await serveHostileSsh({
      run: (channel) => {
        const answers = [LISTING, bytes];
        channel.write(V2);
        channel.on("data", () => {
          const answer = answers.shift();
          if (answer === undefined) channel.end();
          else channel.write(answer);
          if (answers.length === 0) channel.end();
        });
      },
    });
    expect(await attemptFetch({ url, auth })).toBe(code);
  });

  it.each<[string, string]>([
    ["at once", ""],
    ["in its capabilities", V2.slice(0, -6)],
    ["before the listing", V2],
  ])("falls silent %s", async (_, bytes) => {
    const { url, auth } = await serveHostileSsh({ run: (channel) => channel.write(bytes) });
    expect(await attemptFetch({ url, auth, limits: { idleMs: 300 } })).toBe("TIMEOUT");
    expect(await attemptFetch({ url, auth, limits: { fetchMs: 1_000 } })).toBe("TIMEOUT");
  });

  it("lists without end, up to the limit", async () => {
    const piece = pkt(`${OID} refs/heads/main-${"x".repeat(100)}\n`).repeat(500);
    const { url, auth } = await serveHostileSsh({
      run: (channel) => {
        const send = (): void => {
          while (channel.writable && channel.write(piece));
        };
        channel.write(V2);
        channel.once("data", send).on("drain", send);
      },
    });
    expect(await attemptFetch({ url, auth, limits: { refListingBytes: 4 * MiB } })).toBe(
      "RESPONSE_TOO_LARGE",
    );
  });

  it("complains without end, which is not listened to for longer than to silence", async () => {
    const { url, auth } = await serveHostileSsh({
      run: (channel) => {
        const timer = setInterval(() => channel.stderr.write("still starting\n"), 20);
        channel.on("close", () => clearInterval(timer));
      },
    });
    expect(await attemptFetch({ url, auth, limits: { idleMs: 300 } })).toBe("TIMEOUT");
  });
});

describeWithTools(["time"], "attack 22: a server that sends more than it was told that it may", () => {
  it("is not listened to where nobody reads so fast", async () => {
    const sent = Promise.withResolvers<void>();
    const { url, auth } = await serveHostileSsh({
      run: (channel) => {
        Object.assign(Reflect.get(channel, "outgoing") as object, { window: Number.MAX_SAFE_INTEGER });
        const piece = Buffer.from(`fff0${"x".repeat(MiB)}`);
        const send = (left: number): void => {
          if (left === 0 || channel.destroyed) sent.resolve();
          else channel.write(piece, () => setImmediate(send, left - 1));
        };
        channel.on("close", sent.resolve);
        send(64);
      },
    });
    const signal = new AbortController().signal;
    const transport = new SshTransport({ url, auth, limits: DEFAULT_GIT_LIMITS, signal });
    const answer = transport.advertisement();
    await answer.next(); // the first piece; then nobody reads for a while
    await sent.promise;
    await expect(Array.fromAsync(answer)).rejects.toMatchObject({ code: "RESPONSE_TOO_LARGE" });
    transport.close();
  });
});

describeWithTools(["time"], "attack 22: the honest twin", () => {
  it("runs git, and is asked twice: for a listing, and for a pack", async () => {
    const root = makeFolder();
    const path = makeBareRepository(root);
    const head = commitLine(path, 2).at(-1) ?? "";
    const asked: string[] = [];
    const { url, auth, commands } = await serveHostileSsh({
      run: (channel) => {
        const git = spawn("git-upload-pack", [path], {
          env: { PATH: process.env.PATH, GIT_PROTOCOL: "version=2" },
          stdio: ["pipe", "pipe", "ignore"],
        });
        channel.on("data", (bytes: Buffer) => {
          asked.push(bytes.toString("latin1", 4, bytes.indexOf("\n")));
          git.stdin.write(bytes);
        });
        channel.on("close", () => git.kill());
        git.stdout.pipe(channel);
      },
    });
    const request = { url, auth, stateDir: makeFolder() };
    expect(await attemptFetch(request)).toBe(head);
    expect(await attemptFetch(request)).toBe(head);
    expect(asked).toEqual(["command=ls-refs", "command=fetch", "command=ls-refs"]);
    expect(new Set(commands)).toEqual(new Set(["git-upload-pack '/config.git'"]));
  });
});
