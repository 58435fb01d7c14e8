import { describe, expect, it, vi } from "vitest";
import { exchange, type Fetch } from "./exchange.ts";

const START = new URL("https://registry.example/v2/a/manifests/v1");

/** Answers by URL, and keeps what was asked and with which `Authorization`. */
function fakeFetch(answers: Record<string, () => Response>) {
  const asked: [string, string | null][] = [];
  const fetch: Fetch = async (input, init) => {
    const url = String(input);
    asked.push([url, new Headers(init?.headers).get("authorization")]);
    return answers[url]?.() ?? new Response(null, { status: 404 });
  };
  return { fetch, asked };
}

function redirect(location: string, status = 307): () => Response {
  return () => new Response(null, { status, headers: { location } });
}

function ask(fetch: Fetch, maxBytes = 100, signal = new AbortController().signal) {
  return exchange(fetch, { url: START, accept: "*/*", authorization: "Bearer secret", maxBytes, signal });
}

describe("redirects", () => {
  it("are followed, and keep the authorization on the same origin only", async () => {
    const { fetch, asked } = fakeFetch({
      [START.href]: redirect("/other"),
      "https://registry.example/other": redirect("https://storage.example/blob", 302),
      "https://storage.example/blob": () => new Response("content"),
    });
    const answer = await ask(fetch);
    expect(Buffer.from(answer.body).toString()).toBe("content");
    expect(asked).toEqual([
      [START.href, "Bearer secret"],
      ["https://registry.example/other", "Bearer secret"],
      ["https://storage.example/blob", null],
    ]);
  });

  it("do not bring the authorization back when they return to the first origin", async () => {
    const { fetch, asked } = fakeFetch({
      [START.href]: redirect("https://evil.example/"),
      "https://evil.example/": redirect("https://registry.example/chosen-by-evil"),
      "https://registry.example/chosen-by-evil": () => new Response("content"),
    });
    await ask(fetch);
    expect(asked.map(([, authorization]) => authorization)).toEqual(["Bearer secret", null, null]);
  });

  it("take another port for another origin", async () => {
    const { fetch, asked } = fakeFetch({
      [START.href]: redirect("https://registry.example:8443/"),
      "https://registry.example:8443/": () => new Response("content"),
    });
    await ask(fetch);
    expect(asked.at(-1)).toEqual(["https://registry.example:8443/", null]);
  });

  it.each([
    ["an endless chain", "https://registry.example/v2/a/manifests/v1", "TOO_MANY_REDIRECTS"],
    ["plain HTTP", "http://registry.example/", "UNSAFE_REDIRECT"],
    ["our own machine", "https://localhost/", "UNSAFE_REDIRECT"],
    ["nonsense", "https://[", "MALFORMED_RESPONSE"],
  ])("to %s are refused", async (_, location, code) => {
    const { fetch } = fakeFetch({ [START.href]: redirect(location) });
    await expect(ask(fetch)).rejects.toMatchObject({ code });
  });
});

describe("the body", () => {
  it("is read up to its limit, and a byte more is refused", async () => {
    const body =
      (length: number): Fetch =>
      async () =>
        new Response("x".repeat(length));
    await expect(ask(body(100))).resolves.toMatchObject({ status: 200 });
    await expect(ask(body(101))).rejects.toMatchObject({ code: "TOO_LARGE" });
  });

  it("is not read at all where its announced length is too much", async () => {
    const cancel = vi.fn();
    const body = new ReadableStream({ cancel });
    const fetch: Fetch = async () => new Response(body, { headers: { "content-length": "101" } });
    await expect(ask(fetch)).rejects.toMatchObject({ code: "TOO_LARGE" });
    expect(cancel).toHaveBeenCalledOnce();
  });

  it("stops at the limit, however much more there would be", async () => {
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        sent += 64;
        controller.enqueue(new Uint8Array(64));
      },
    });
    await expect(ask(async () => new Response(body))).rejects.toMatchObject({ code: "TOO_LARGE" });
    expect(sent).toBeLessThan(1_000);
  });

  it("of an error is cut off, not refused", async () => {
    const page = "x".repeat(1_000_000);
    const answer = await ask(async () => new Response(page, { status: 404 }));
    expect(answer.status).toBe(404);
    expect(answer.body.length).toBeLessThan(20_000);
  });
});

describe("what fails on the way", () => {
  it("is unreachable when the connection fails, with the system's code and no secret", async () => {
    const fetch: Fetch = async () => {
      throw new TypeError("fetch failed", {
        cause: Object.assign(new Error("no"), { code: "ECONNREFUSED" }),
      });
    };
    const error: unknown = await ask(fetch).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "UNREACHABLE", message: expect.stringContaining("ECONNREFUSED") });
    expect(String(error)).not.toContain("secret");
  });

  it("is a timeout when our own time is up", async () => {
    const signal = AbortSignal.abort(new Error("late"));
    const fetch: Fetch = async (_, init) => {
      throw init?.signal?.reason;
    };
    await expect(ask(fetch, 100, signal)).rejects.toMatchObject({ code: "TIMEOUT" });
  });

  it("is unreachable when the body breaks off", async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new TypeError("terminated")) });
    await expect(ask(async () => new Response(body))).rejects.toMatchObject({ code: "UNREACHABLE" });
  });
});
