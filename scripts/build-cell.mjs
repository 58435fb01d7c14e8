// Builds cell/sluice-cell.wasm.br from the Go module in cell/, and writes its digests to cell/SHA256.
// With --check, builds into a temporary folder and compares instead: exit 1 where the committed module is not
// what its source gives. Plain JavaScript, so that it needs nothing but Node and the pinned Go.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";

const cell = join(import.meta.dirname, "../cell");
const MODULE = "sluice-cell.wasm";
const PACKED = `${MODULE}.br`;

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

function buildModule() {
  const folder = mkdtempSync(join(tmpdir(), "sluice-cell-"));
  const output = join(folder, MODULE);
  try {
    const { status, error } = spawnSync("go", [...BUILD, "-o", output, "."], {
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

function write(wasm) {
  const packed = compress(wasm);
  const sums = `${sha256(wasm)}  ${MODULE}\n${sha256(packed)}  ${PACKED}\n`;
  replace(PACKED, packed);
  replace("SHA256", sums);
  process.stdout.write(sums);
}

/**
 * The digest of the module decides; the packed bytes depend on the brotli of the Node that made them, so they
 * only have to be what SHA256 says and to unpack to that module.
 */
function check(wasm) {
  const sums = new Map(
    readFileSync(join(cell, "SHA256"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => line.split("  ").reverse()),
  );
  const packed = readFileSync(join(cell, PACKED));
  const unpacked = sha256(brotliDecompressSync(packed));
  const rows = [
    ["built from source", sha256(wasm), sums.get(MODULE)],
    [`unpacked from ${PACKED}`, unpacked, sums.get(MODULE)],
    [PACKED, sha256(packed), sums.get(PACKED)],
  ];
  for (const [what, found, committed] of rows) {
    const same = found === committed;
    process.stdout.write(
      `${same ? "same " : "DIFFERS"} ${what}: ${found}${same ? "" : `, SHA256 has ${committed}`}\n`,
    );
    if (!same) process.exitCode = 1;
  }
}

const wasm = buildModule();
if (process.argv.includes("--check")) check(wasm);
else write(wasm);
