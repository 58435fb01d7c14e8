// What `npm test`, `npm run bench` and the others start: the same way in as bin/sluice, for the programs that
// work on Sluice itself. Plain JavaScript, as bootstrap.mjs tells.

import process from "node:process";
import { fail, runPinned } from "./bootstrap.mjs";

const COMMANDS = {
  test: ["node_modules/vitest/vitest.mjs", "run"],
  bench: ["test/bench/main.ts"],
  tools: ["scripts/tools.ts"],
  "build:cell": ["scripts/build-cell.mjs"],
  "build:crds": ["scripts/build-crds.ts"],
  image: ["scripts/build-image.ts"],
  format: ["node_modules/@biomejs/biome/bin/biome", "format"],
  lint: ["node_modules/@biomejs/biome/bin/biome", "lint", "--error-on-warnings"],
  types: ["node_modules/typescript/bin/tsc", "--noEmit"],
};

const [name = "", ...rest] = process.argv.slice(2);
if (!Object.hasOwn(COMMANDS, name)) fail(`run.mjs takes one of: ${Object.keys(COMMANDS).join(", ")}`);
const [program, ...args] = COMMANDS[name];
await runPinned(program, [...args, ...rest]);
