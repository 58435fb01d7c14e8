import { describe, expect, it } from "vitest";
import { type ListOptions, listAll } from "./list.ts";
import type { Answer } from "./session.ts";

const type = { apiVersion: "v1", kind: "ConfigMap" };
const resource = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
  verbs: [],
};
const MiB = 1024 * 1024;
const item = { metadata: { name: "a", namespace: "ns", annotations: { keep: "1", drop: "2" } } };

interface Pages {
  readonly pages: number;
  readonly items: number;
  readonly bytes?: number;
}

/** So many pages, each of so many items that came in so many bytes. */
function list({ pages, items, bytes = 0 }: Pages, options: ListOptions = {}) {
  const asked: string[] = [];
  const send = async ({ path }: { path: string }): Promise<Answer> => {
    asked.push(path);
    const metadata = { resourceVersion: "7", continue: asked.length < pages ? "more" : "" };
    const body = { kind: "ConfigMapList", metadata, items: Array.from({ length: items }, () => item) };
    return { status: 200, body, bytes };
  };
  return { asked, listed: listAll(resource, type, options, send) };
}

const TOO_LARGE = { code: "TOO_LARGE" };
const endless = Number.POSITIVE_INFINITY;

describe("a list", () => {
  it.each<[string, Pages, Pages]>([
    ["items", { pages: 200, items: 500 }, { pages: 201, items: 500 }],
    ["bytes", { pages: 8, items: 1, bytes: 32 * MiB }, { pages: 9, items: 1, bytes: 32 * MiB }],
    ["pages", { pages: 20_000, items: 1 }, { pages: 20_001, items: 1 }],
  ])("has as many %s as one may have, and no more", async (_, most, more) => {
    expect((await list(most).listed).items).toHaveLength(most.pages * most.items);
    await expect(list(more).listed).rejects.toMatchObject(TOO_LARGE);
  });

  it.each<[string, number, Pages]>([
    ["full", 201, { pages: endless, items: 500 }],
    ["large", 9, { pages: endless, items: 1, bytes: 32 * MiB }],
    ["empty", 20_000, { pages: endless, items: 0 }],
  ])("without an end, of %s pages, is let go after %i", async (_, count, pages) => {
    const { asked, listed } = list(pages);
    await expect(listed).rejects.toMatchObject(TOO_LARGE);
    expect(asked).toHaveLength(count);
  });

  it("of one page has no more items either", async () => {
    expect((await list({ pages: 1, items: 100_000 }).listed).items).toHaveLength(100_000);
    await expect(list({ pages: 1, items: 100_001 }).listed).rejects.toMatchObject(TOO_LARGE);
  });

  it("is of what is to be kept of each object", async () => {
    const { listed } = list(
      { pages: 2, items: 1 },
      {
        keep: ({ metadata: { name }, ...rest }) => ({
          ...rest,
          metadata: { name, annotations: { keep: "1" } },
        }),
      },
    );
    const kept = { ...type, metadata: { name: "a", annotations: { keep: "1" } } };
    expect((await listed).items).toEqual([kept, kept]);
  });
});
