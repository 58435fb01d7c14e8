import { once } from "node:events";
import type { AddressInfo } from "node:net";
import ssh2, { type Connection, type ServerChannel, type ServerConfig } from "ssh2";
import { onTestFinished } from "vitest";
import type { SshAuth } from "../../../../src/git/index.ts";
import { makeSshKey, type SshKey } from "./ssh.ts";

export interface HostileSsh {
  readonly url: string;
  readonly auth: SshAuth;
  /** The users that tried to log in with a key. */
  readonly logins: string[];
  /** The commands that were asked for. */
  readonly commands: string[];
}

export interface HostileOptions {
  readonly hostKey?: SshKey;
  /** What is done with a command's channel once it runs; without it, no command is let run. */
  readonly run?: (channel: ServerChannel) => void;
  /** What is done with a connection before anything else. */
  readonly meet?: (connection: Connection) => void;
  readonly server?: Partial<ServerConfig>;
  readonly refusesLogin?: boolean;
}

/** A server that speaks SSH and then does what the test says, for one test. Any key logs in. */
export async function serveHostileSsh(options: HostileOptions = {}): Promise<HostileSsh> {
  const { hostKey = makeSshKey(), run, meet, refusesLogin = false } = options;
  const user = makeSshKey();
  const logins: string[] = [];
  const commands: string[] = [];
  const connections = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [hostKey.identity], ...options.server }, (connection) => {
    connections.add(connection);
    connection.on("error", () => {});
    meet?.(connection);
    connection.on("authentication", (context) => {
      logins.push(context.username);
      if (refusesLogin) context.reject();
      else context.accept();
    });
    connection.on("session", (accept) => {
      const session = accept();
      session.on("env", (acceptEnv) => acceptEnv?.());
      session.on("exec", (acceptExec, reject, { command }) => {
        commands.push(command);
        if (run === undefined) {
          reject();
          return;
        }
        const channel = acceptExec();
        channel.on("error", () => {});
        run(channel);
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const connection of connections) connection.end();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `ssh://git@127.0.0.1:${port}/config.git`,
    auth: { identity: user.identity, knownHosts: `[127.0.0.1]:${port} ${hostKey.line}\n` },
    logins,
    commands,
  };
}
