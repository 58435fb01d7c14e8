// Builds the WebAssembly modules from the Go module in cell/, and writes their digests to cell/SHA256.
// With --check, builds into a temporary folder and compares instead: exit 1 where a committed module is not
// what its source gives. Plain JavaScript, so that it needs nothing but Node and the pinned Go.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";

const cell = join(import.meta.dirname, "../cell");

/** By name, the package of each. */
const MODULES = { "sluice-cell.wasm": ".", "sluice-sha1.wasm": "./sha1" };

const packedName = (module) => `${module}.br`;

/** Nothing that the environment says may change the bytes. */
const BUILD = [
  "build",
  "-trimpath",
  "-mod=readonly",
  "-buildvcs=false",
  "-buildmode=c-shared",
  "-ldflags=-s -w -buildid=",
];

function pinnedToolchain() {
  const version = /^go (\d+\.\d+\.\d+)$/m.exec(readFileSync(join(cell, "go.mod"), "utf8"))?.[1];
  if (version === undefined) throw new Error("cell/go.mod pins no exact Go release");
  return `go${version}`;
}

function buildModule(name) {
  const folder = mkdtempSync(join(tmpdir(), "sluice-cell-"));
  const output = join(folder, name);
  try {
    const { status, error } = spawnSync("go", [...BUILD, "-o", output, MODULES[name]], {
      cwd: cell,
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        GOTOOLCHAIN: pinnedToolchain(),
        GOOS: "wasip1",
        GOARCH: "wasm",
        GOWASM: "",
        GOFLAGS: "",
        GOEXPERIMENT: "",
        GOWORK: "off",
        GOENV: "off",
        CGO_ENABLED: "0",
      },
    });
    if (error !== undefined)
      throw new Error("Go was not found; its release is in cell/go.mod", { cause: error });
    if (status !== 0) throw new Error(`go build ended with ${status}`);
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compress(wasm) {
  return brotliCompressSync(wasm, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: wasm.byteLength,
    },
  });
}

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Renamed into place, so that whoever reads finds the old file or the new one. */
function replace(name, bytes) {
  const unfinished = join(cell, `.${name}.${process.pid}`);
  writeFileSync(unfinished, bytes);
  renameSync(unfinished, join(cell, name));
}

function write(built) {
  const sums = Object.entries(built).map(([name, wasm]) => {
    const packed = compress(wasm);
    replace(packedName(name), packed);
    return `${sha256(wasm)}  ${name}\n${sha256(packed)}  ${packedName(name)}\n`;
  });
  replace("SHA256", sums.join(""));
  process.stdout.write(sums.join(""));
}

/**
 * The digest of the module decides; the packed bytes depend on the brotli of the Node that made them, so they
 * only have to be what SHA256 says and to unpack to that module.
 */
function check(built) {
  const sums = new Map(
    readFileSync(join(cell, "SHA256"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => line.split("  ").reverse()),
  );
  for (const [name, wasm] of Object.entries(built)) {
    const packed = readFileSync(join(cell, packedName(name)));
    compare(`${name} built from source`, sha256(wasm), sums.get(name));
    compare(`${name} unpacked`, sha256(brotliDecompressSync(packed)), sums.get(name));
    compare(packedName(name), sha256(packed), sums.get(packedName(name)));
  }
}

function compare(what, found, committed) {
  const same = found === committed;
  process.stdout.write(
    `${same ? "same " : "DIFFERS"} ${what}: ${found}${same ? "" : `, SHA256 has ${committed}`}\n`,
  );
  if (!same) process.exitCode = 1;
}

const built = Object.fromEntries(Object.keys(MODULES).map((name) => [name, buildModule(name)]));
if (process.argv.includes("--check")) check(built);
else write(built);
