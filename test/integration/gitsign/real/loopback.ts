import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Loopback extends AsyncDisposable {
  readonly url: string;
}

/** Serves what there is at a path; anything else is not found. */
export async function serveLoopback(find: (path: string) => string | undefined): Promise<Loopback> {
  const server = createServer((request, response) => {
    const content = find(request.url ?? "");
    response.writeHead(content === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(content);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
