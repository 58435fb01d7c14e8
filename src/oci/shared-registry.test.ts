import { describe, expect, it } from "vitest";
import { type Digest, sha256 } from "../digest.ts";
import { RegistryError } from "./error.ts";
import type { Descriptor } from "./manifest.ts";
import type { Registry } from "./registry.ts";
import { SharedRegistry } from "./shared-registry.ts";

const api = { registry: "r.example", path: "payments/api" };
const other = { registry: "r.example", path: "payments/other" };
const DIGEST = sha256("image");

/** A registry whose tags move each time that it is asked, behind what shares its answers. */
class Bench {
  time = 0;
  asked: string[] = [];
  referrers: readonly Descriptor[] = [];
  /** What was given before is kept by its digest, as in a registry's cache. */
  readonly #contents = new Map<string, Buffer>();
  readonly #registry: Registry = {
    fetchManifest: async ({ path }, reference) => {
      const known = this.#contents.get(reference);
      if (known !== undefined) return { digest: reference as Digest, bytes: known };
      this.asked.push(`${path} ${reference}`);
      const bytes = Buffer.from(String(this.asked.length));
      const digest = sha256(bytes);
      this.#contents.set(digest, bytes);
      return { digest, bytes };
    },
    fetchReferrers: async ({ path }, subject) => {
      this.asked.push(`${path} referrers of ${subject}`);
      return this.referrers;
    },
    fetchBlob: async () => {
      this.asked.push("blob");
      return undefined;
    },
  };
  readonly #shared = new SharedRegistry(this.#registry, { now: () => this.time });

  since(moment: number): Registry {
    return this.#shared.since(moment);
  }

  async tag(since: number, repository = api, tag = "1.0"): Promise<string> {
    return `${(await this.since(since).fetchManifest(repository, tag))?.bytes}`;
  }
}

describe("what a tag stands for", () => {
  it("is told to all who asked before the registry was asked, and to nobody who asked after", async () => {
    const bench = new Bench();
    bench.time = 100;
    expect(await bench.tag(100)).toBe("1");
    bench.time = 200;
    expect(await Promise.all([bench.tag(0), bench.tag(100)])).toEqual(["1", "1"]);
    expect(await bench.tag(101)).toBe("2"); // it may have been moved in between
  });

  it("is told of that tag of that repository alone", async () => {
    const bench = new Bench();
    await Promise.all([bench.tag(0), bench.tag(0, other), bench.tag(0, api, "2.0"), bench.tag(0)]);
    expect(bench.asked).toEqual(["payments/api 1.0", "payments/other 1.0", "payments/api 2.0"]);
  });

  it("is not asked for by whoever is out of time", async () => {
    const bench = new Bench();
    const late = bench.since(0).fetchManifest(api, "1.0", AbortSignal.abort());
    await expect(late).rejects.toThrow(RegistryError);
    expect(bench.asked).toEqual([]);
  });
});

it("shares no list of referrers that is longer than those of real images", async () => {
  const bench = new Bench();
  bench.referrers = [{ mediaType: "a", digest: DIGEST, size: 1, annotations: { text: "x".repeat(70_000) } }];
  const ask = (moment: number) => bench.since(moment).fetchReferrers(api, DIGEST);
  expect(await Promise.all([ask(0), ask(0)])).toEqual([bench.referrers, bench.referrers]);
  expect(await ask(0)).toEqual(bench.referrers);
  expect(bench.asked).toHaveLength(3);
});

it("asks for what refers to a digest once, and for what has a digest each time: the registry keeps that", async () => {
  const bench = new Bench();
  for (const moment of [0, 0]) {
    await bench.since(moment).fetchReferrers(api, DIGEST);
    await bench.since(moment).fetchManifest(api, DIGEST);
    await bench.since(moment).fetchBlob(api, DIGEST, 10);
  }
  const byDigest = [`payments/api ${DIGEST}`, "blob"];
  expect(bench.asked).toEqual([`payments/api referrers of ${DIGEST}`, ...byDigest, ...byDigest]);
});
