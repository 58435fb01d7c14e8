import { describe, expect, it } from "vitest";
import { sha256 } from "../digest.ts";
import type { Answer } from "./exchange.ts";
import { type Descriptor, MEDIA_TYPE } from "./manifest.ts";
import { fallbackTag, listReferrers } from "./referrers.ts";

const FIRST = new URL("https://r.example/v2/a/referrers/sha256:0");

function descriptors(count: number): Descriptor[] {
  return Array.from({ length: count }, (_, index) => ({
    mediaType: MEDIA_TYPE.ociManifest,
    digest: sha256(String(index)),
    size: 1,
  }));
}

function page(manifests: readonly Descriptor[], link?: string, type: string = MEDIA_TYPE.ociIndex): Answer {
  const headers = new Headers({ "content-type": type, ...(link !== undefined && { link }) });
  const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests }));
  return { url: FIRST, status: 200, headers, body };
}

function status(code: number): Answer {
  return { url: FIRST, status: code, headers: new Headers(), body: Buffer.alloc(0) };
}

describe("the referrers API", () => {
  it("gives all pages", async () => {
    const asked: string[] = [];
    const listed = await listReferrers(FIRST, async (url) => {
      asked.push(url.href);
      return asked.length === 1 ? page(descriptors(2), '</v2/next?n=2>; rel="next"') : page(descriptors(1));
    });
    expect(listed).toHaveLength(3);
    expect(asked).toEqual([FIRST.href, "https://r.example/v2/next?n=2"]);
  });

  it.each([400, 404, 405, 406, 501])("is not there when the answer is %i", async (code) => {
    await expect(listReferrers(FIRST, async () => status(code))).resolves.toBeUndefined();
  });

  it("is not there when the answer is some page", async () => {
    await expect(listReferrers(FIRST, async () => page([], undefined, "text/html"))).resolves.toBeUndefined();
    await expect(
      listReferrers(FIRST, async () => page([], undefined, `${MEDIA_TYPE.ociIndex}; charset=utf-8`)),
    ).resolves.toEqual([]);
  });

  it.each<[string, Answer, string]>([
    ["another status", status(418), "UNEXPECTED_STATUS"],
    ["no index", { ...page([]), body: Buffer.from("{}") }, "MALFORMED_RESPONSE"],
    ["a next page on another host", page([], '<https://evil.example/>; rel="next"'), "MALFORMED_RESPONSE"],
    ["a next page that is no URL", page([], '<https://[>; rel="next"'), "MALFORMED_RESPONSE"],
    ["a next page without end", page([], '</again>; rel="next"'), "TOO_MANY_REFERRERS"],
    ["too many at once", page(descriptors(501)), "TOO_MANY_REFERRERS"],
    ["too many in sum", page(descriptors(251), '</again>; rel="next"'), "TOO_MANY_REFERRERS"],
  ])("is not relied on with %s", async (_, answer, code) => {
    await expect(listReferrers(FIRST, async () => answer)).rejects.toMatchObject({ code });
  });

  it("may give as many as the limit", async () => {
    await expect(listReferrers(FIRST, async () => page(descriptors(500)))).resolves.toHaveLength(500);
  });
});

it("has a fallback tag that is a digest with a dash", () => {
  expect(fallbackTag(sha256(""))).toMatch(/^sha256-[0-9a-f]{64}$/);
});
