import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { type ArtifactRuleMaterial, loadTrustPolicy, ResourceError } from "../api/index.ts";
import {
  compileArtifactRules,
  type ImageVerdict,
  type SignatureEvidence,
  verifyImage,
} from "../artifacts/index.ts";
import { systemErrorCode } from "../fault.ts";
import { createRegistry, parseReference, readDockerConfig } from "../oci/index.ts";
import { action } from "./action.ts";
import { ExitCode, type Io, printable } from "./io.ts";
import { reportRefusals } from "./refusal-view.ts";
import { verifyCommand } from "./verify-command.ts";

interface VerifyImageOptions {
  readonly trust?: string;
  readonly key: readonly string[];
  readonly dockerConfig: string;
}

export function registerVerifyImage(program: Command): void {
  verifyCommand(program)
    .command("image")
    .description("Resolve an image and check who signed it, as a gate would")
    .argument("<reference>", "registry/path:tag, or with @sha256:…")
    .option("--trust <file>", "the file with the TrustPolicy whose `artifacts` decide")
    .option(
      "--key <file>",
      "instead of a TrustPolicy: a public key (PEM); given several times, any of them may have signed",
      (file: string, others: readonly string[]) => [...others, file],
      [],
    )
    .option("--docker-config <file>", "where logins to registries are", defaultDockerConfig())
    .action(action(run));
}

async function run(io: Io, image: string, options: VerifyImageOptions): Promise<ExitCode> {
  const rules = compileArtifactRules(await readRules(options));
  const credentials = await readDockerConfig(options.dockerConfig);
  const reference = parseReference(image);
  if (!reference.ok) {
    return report(io, image, {
      reference: image,
      digest: undefined,
      signatures: [],
      refusals: reference.refusals,
    });
  }
  io.progress(`asking ${reference.value.repository.registry}…`);
  return report(io, image, await verifyImage(reference.value, rules, createRegistry({ credentials })));
}

async function readRules({ trust, key }: VerifyImageOptions): Promise<readonly ArtifactRuleMaterial[]> {
  if ((trust === undefined) === (key.length === 0)) {
    throw new ResourceError("MISSING_RESOURCE", "expected either --trust or --key", {
      remedy: "there is no default trust: say whose signature counts",
    });
  }
  if (trust !== undefined) return (await loadTrustPolicy(trust)).artifacts;
  const any = await Promise.all(
    key.map(async (file) => ({ cosign: { origin: file, pem: await readKey(file) } })),
  );
  return [{ match: ["**"], signedBy: { any } }];
}

async function readKey(file: string): Promise<string> {
  return await readFile(file, "utf8").catch((cause: unknown) => {
    throw new ResourceError("UNREADABLE", `${file} cannot be read (${systemErrorCode(cause)})`, { cause });
  });
}

function report(io: Io, image: string, verdict: ImageVerdict): ExitCode {
  const { reference, digest, signatures, refusals } = verdict;
  const passed = refusals.length === 0;
  if (io.format === "json") {
    const outcome = passed ? "passed" : "refused";
    io.json({ verdict: outcome, image, reference, digest: digest ?? null, signatures, refusals });
    return passed ? ExitCode.passed : ExitCode.refused;
  }
  if (!passed) return reportRefusals(io, refusals);
  io.line(`${io.colors.green(io.colors.bold("passed"))} ${reference}`);
  for (const signature of signatures) io.line(`  ${describe(signature)}`);
  return ExitCode.passed;
}

function describe({ origin, key, layout, identity }: SignatureEvidence): string {
  const what = layout === "bundle" ? "a Sigstore bundle" : `simple signing for ${identity}`;
  return printable(`signed with ${origin} (${key}), ${what}`);
}

function defaultDockerConfig(): string {
  return join(process.env.DOCKER_CONFIG ?? join(homedir(), ".docker"), "config.json");
}
