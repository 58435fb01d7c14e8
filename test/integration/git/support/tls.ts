import { once } from "node:events";
import { createServer as createPlainServer, type IncomingHttpHeaders, request } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { onTestFinished } from "vitest";
import type { KeyAndCertificate } from "../../../support/certificates.ts";

export interface TlsServer {
  readonly url: string;
  readonly port: number;
  /** Of each request: its headers, and whose certificate came with it. */
  readonly seen: { readonly headers: IncomingHttpHeaders; readonly client: string | undefined }[];
}

export interface TlsServerOptions extends KeyAndCertificate {
  /** Who vouches for clients; without it none is asked for a certificate. */
  readonly clientAuthority?: string;
  /** Whether a client may come without one. */
  readonly isOptional?: boolean;
  /** Where clients are sent, instead of to the server behind. */
  readonly redirect?: string;
}

/** TLS before a server on this machine, for one test. */
export async function serveTls(target: string, options: TlsServerOptions): Promise<TlsServer> {
  const { certificate, key, clientAuthority, isOptional = false, redirect } = options;
  const seen: TlsServer["seen"] = [];
  const tls = {
    cert: certificate,
    key,
    ...(clientAuthority !== undefined && {
      ca: clientAuthority,
      requestCert: true,
      rejectUnauthorized: !isOptional,
    }),
  };
  const server = createServer(tls, (incoming, outgoing) => {
    const { headers, method, url, socket } = incoming;
    seen.push({ headers, client: [(socket as TLSSocket).getPeerCertificate().subject?.CN].flat()[0] });
    if (redirect !== undefined) {
      outgoing.writeHead(302, { location: `${redirect}${url}` }).end();
      return;
    }
    const forwarded = request(`${target}${url}`, { method: method ?? "GET", headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}`, port, seen };
}

export interface ConnectProxy {
  readonly url: string;
  /** What was asked for: the target, and the login. */
  readonly asked: { readonly target: string; readonly login: string | undefined; readonly headers: string }[];
}

export interface ProxyOptions {
  /** The value of `Proxy-Authorization` that it wants. */
  readonly login?: string;
  /** What it does instead of opening a tunnel. */
  readonly answer?: (socket: Duplex) => void;
  readonly tls?: KeyAndCertificate;
}

/** A proxy that opens tunnels (CONNECT), for one test. */
export async function serveProxy({ login, answer, tls }: ProxyOptions = {}): Promise<ConnectProxy> {
  const asked: ConnectProxy["asked"] = [];
  const open = new Set<Duplex | Socket>();
  const server =
    tls === undefined ? createPlainServer() : createServer({ cert: tls.certificate, key: tls.key });
  server.on("connection", (socket: Socket) => open.add(socket));
  server.on("connect", ({ url = "", headers }, socket: Duplex) => {
    asked.push({ target: url, login: headers["proxy-authorization"], headers: JSON.stringify(headers) });
    socket.on("error", () => {});
    if (answer !== undefined) {
      answer(socket);
      return;
    }
    if (login !== undefined && headers["proxy-authorization"] !== login) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n");
      return;
    }
    const target = new URL(`http://${url}`);
    const tunnel = connect({ host: target.hostname, port: Number(target.port) }, () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      socket.pipe(tunnel).pipe(socket);
    });
    open.add(tunnel);
    tunnel.on("error", () => socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
    socket.on("close", () => tunnel.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`, asked };
}
