// Verifying one signed image, beside cosign: `npx node test/bench/images.ts`, or as a part of `npm run bench`.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { type ArtifactRule, compileArtifactRules, verifyImage } from "../../src/artifacts/index.ts";
import { generateSigningKey, signBundle, signSimple } from "../../src/demo/cosign-signer.ts";
import { pushImage } from "../../src/demo/image.ts";
import { createRegistry, parseReference } from "../../src/oci/index.ts";
import { RealCosign } from "../integration/artifacts/real-cosign.ts";
import { startCraneRegistry } from "../integration/artifacts/real-registries.ts";
import { tool } from "../support/tools.ts";

export interface ImageRow {
  readonly layout: string;
  /** Median milliseconds for one image: in a process that runs already, as a gate does. */
  readonly inProcess: number;
  /** As a command, from its start to its end. */
  readonly command: number;
  /** `cosign verify --key`, from its start to its end. */
  readonly cosign: number;
}

const LAYOUTS = [
  ["simple signing (cosign 2)", "simple", signSimple],
  ["bundle (cosign 3)", "bundle", signBundle],
] as const;
const MAIN = join(import.meta.dirname, "../../src/cli/main.ts");
const WARM_UP = 20;
const RUNS = 100;
const PROCESS_RUNS = 7;

const run = promisify(execFile);

/** On one registry in a process of its own, each image with one signature, nothing cached between runs. */
export async function benchImages(): Promise<ImageRow[]> {
  const [crane, cosign, cosign2] = [tool("crane"), tool("cosign"), tool("cosign2")];
  if (crane === undefined || cosign === undefined || cosign2 === undefined) {
    throw new Error("cosign and crane are not built: npm run tools");
  }
  const registry = await startCraneRegistry(crane);
  const peer = await RealCosign.open({ cosign, cosign2 });
  try {
    const key = generateSigningKey();
    const keyFile = await peer.writeKey("bench.pub", key.publicKeyPem);
    const any = [{ cosign: { origin: keyFile, pem: key.publicKeyPem } }];
    const rules = compileArtifactRules([{ match: [`${registry.host}/**`], signedBy: { any } }]);
    const rows: ImageRow[] = [];
    for (const [layout, path, sign] of LAYOUTS) {
      const target = { host: registry.host, path };
      await sign(target, await pushImage(target, "v1", layout), key);
      const image = `${registry.host}/${path}:v1`;
      rows.push({ layout, ...(await compare(image, rules, keyFile, peer)) });
    }
    return rows;
  } finally {
    await peer.close();
    await registry.close();
  }
}

async function compare(
  image: string,
  rules: readonly ArtifactRule[],
  keyFile: string,
  peer: RealCosign,
): Promise<Omit<ImageRow, "layout">> {
  const reference = parseReference(image);
  if (!reference.ok) throw new Error(reference.refusals[0].message);
  const registry = createRegistry();
  const ours = async (): Promise<void> => {
    const { refusals } = await verifyImage(reference.value, rules, registry);
    if (refusals.length > 0) throw new Error(`refused: ${JSON.stringify(refusals)}`);
  };
  const command = async (): Promise<void> => {
    await run(process.execPath, [MAIN, "verify", "image", image, "--key", keyFile]);
  };
  const theirs = async (): Promise<void> => {
    if (!(await peer.accepts(image, keyFile))) throw new Error("cosign refuses the image");
  };
  await median(WARM_UP, ours);
  return {
    inProcess: await median(RUNS, ours),
    command: await median(PROCESS_RUNS, command),
    cosign: await median(PROCESS_RUNS, theirs),
  };
}

/** In milliseconds. */
async function median(runs: number, action: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < runs; index++) {
    const started = performance.now();
    await action();
    times.push(performance.now() - started);
  }
  return times.toSorted((left, right) => left - right)[Math.floor(runs / 2)] ?? Number.NaN;
}

export function toTable(rows: readonly ImageRow[]): string {
  const line = (...[layout = "", ...numbers]: readonly string[]): string =>
    layout.padEnd(30) + numbers.map((number) => number.padStart(17)).join("");
  return [
    line("one image, warm", "in process ms", "cosign ms", "ratio", "our command ms"),
    ...rows.map(({ layout, inProcess, command, cosign }) =>
      line(
        layout,
        inProcess.toFixed(2),
        cosign.toFixed(1),
        `${(cosign / inProcess).toFixed(1)}x`,
        command.toFixed(0),
      ),
    ),
  ].join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.log(toTable(await benchImages()));
