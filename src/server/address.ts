import type { Address } from "./server.ts";

/** `host:port` as `127.0.0.1:8080`, `[::1]:8080` or `:8080` (every interface); undefined for anything else. */
export function parseAddress(text: string): Address | undefined {
  const { ipv6, host, port } =
    /^(?:\[(?<ipv6>[0-9a-fA-F:]+)\]|(?<host>[A-Za-z0-9.-]*)):(?<port>\d{1,5})$/.exec(text)?.groups ?? {};
  const number = Number(port);
  if (port === undefined || number > 65_535) return undefined;
  const name = ipv6 ?? host ?? "";
  return { host: name === "" ? "::" : name, port: number };
}
