import { describe, expect, it } from "vitest";
import { bundlePath, hashesAt, inclusionPath, placeOf, type Tile, tileOf, tilePath } from "./index.ts";

describe("tile paths", () => {
  it.each([
    [{ level: 0, index: 0, width: 256 }, "tile/0/000"],
    [{ level: 0, index: 999, width: 256 }, "tile/0/999"],
    [{ level: 0, index: 1000, width: 256 }, "tile/0/x001/000"],
    // The example of the specification.
    [{ level: 2, index: 1_234_067, width: 256 }, "tile/2/x001/x234/067"],
    [{ level: 2, index: 1_234_067, width: 8 }, "tile/2/x001/x234/067.p/8"],
    [{ level: 0, index: 5, width: 255 }, "tile/0/005.p/255"],
  ])("%j is at %s", (tile, path) => {
    expect(tilePath(tile)).toBe(path);
  });

  it("of entry bundles follow the same numbering", () => {
    expect(bundlePath(1_234_067, 8)).toBe("tile/entries/x001/x234/067.p/8");
    expect(bundlePath(0, 256)).toBe("tile/entries/000");
  });
});

/** Every tile of a tree, level by level. */
function tilesOf(size: number): Tile[] {
  const tiles: Tile[] = [];
  for (let level = 0; hashesAt(level, size) > 0; level++) {
    for (let index = 0; tileOf(level, index, size).width > 0; index++) tiles.push(tileOf(level, index, size));
  }
  return tiles;
}

describe("the tiles of a tree", () => {
  it("are those of the specification's example of 70,000 entries", () => {
    const tiles = tilesOf(70_000);
    const full = (level: number) => tiles.filter((tile) => tile.level === level && tile.width === 256).length;
    expect([full(0), full(1), full(2)]).toEqual([273, 1, 0]);
    expect(tiles.filter(({ width }) => width < 256)).toEqual([
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ]);
  });

  it.each([
    [255, ["tile/0/000.p/255"]],
    [256, ["tile/0/000", "tile/1/000.p/1"]],
    [257, ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]],
  ])("of %d entries", (size, paths) => {
    expect(tilesOf(size).map(tilePath)).toEqual(paths);
  });

  it("hold every node that a proof asks for", () => {
    for (const size of [1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000]) {
      for (const index of [0, Math.floor(size / 3), size - 1]) {
        for (const node of inclusionPath(index, size).flat()) {
          const { tile, start, count } = placeOf(node, size);
          expect(start + count, `node ${node.level}/${node.index} of ${size}`).toBeLessThanOrEqual(
            tile.width,
          );
        }
      }
    }
  });
});
