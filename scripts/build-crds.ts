// Writes what is generated from the schemas in src/api: the CRDs, and the reference of all fields.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generatedFiles } from "../src/api/crd/index.ts";

const ROOT = join(import.meta.dirname, "..");

for (const [path, text] of generatedFiles()) {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), text);
  console.log(path);
}
