import type { IncomingMessage, ServerResponse } from "node:http";
import { onTestFinished } from "vitest";
import {
  type ArtifactRule,
  type ArtifactVerdict,
  attest,
  compileArtifactRules,
} from "../../../src/artifacts/index.ts";
import { generateSigningKey, type SigningKey } from "../../../src/demo/cosign-signer.ts";
import { type DemoRegistryOptions, startRegistry } from "../../../src/demo/registry.ts";
import type { PushTarget } from "../../../src/demo/registry-push.ts";
import { createRegistry, type Registry, type RegistryOptions } from "../../../src/oci/index.ts";
import { type JsonValue, type KubernetesObject, manifestsOf } from "../../../src/render/index.ts";

export const NOW = Date.parse("2026-01-01T00:00:00Z");

/** A registry on loopback, a trusted key and a stranger's, for as long as one test runs. */
export interface Scene {
  readonly host: string;
  readonly target: PushTarget;
  /** `host/payments/api` */
  readonly name: string;
  readonly key: SigningKey;
  readonly stranger: SigningKey;
  /** Everything at this registry must be signed by `key`. */
  readonly rules: readonly ArtifactRule[];
  /** Every request so far: `GET /v2/…`. */
  readonly requests: readonly string[];
  attest(objects: readonly KubernetesObject[], options?: AttestOptions): Promise<ArtifactVerdict>;
}

export interface AttestOptions {
  readonly rules?: readonly ArtifactRule[];
  readonly registry?: Registry;
}

type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

export async function openScene(
  options: DemoRegistryOptions = {},
  client: RegistryOptions = {},
): Promise<Scene> {
  const requests: string[] = [];
  const intercept: Intercept = (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    return options.intercept?.(request, response) ?? false;
  };
  const { host, close } = await startRegistry({ ...options, intercept });
  onTestFinished(close);
  const key = generateSigningKey();
  const rules = compileArtifactRules([rule([`${host}/**`], key)]);
  const registry = createRegistry(client);
  return {
    host,
    target: { host, path: "payments/api" },
    name: `${host}/payments/api`,
    key,
    stranger: generateSigningKey(),
    rules,
    requests,
    attest: (objects, overrides = {}) =>
      attest(manifestsOf(objects), overrides.rules ?? rules, overrides.registry ?? registry, NOW),
  };
}

export function rule(match: readonly string[], ...keys: SigningKey[]) {
  const any = keys.map(({ publicKeyPem: pem }, index) => ({ cosign: { origin: `key-${index}.pub`, pem } }));
  return { match, signedBy: { any } };
}

export function pod(image: JsonValue, name = "api"): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: { containers: [{ name: "main", image }] },
  };
}

export function codes({ refusals }: ArtifactVerdict): string[] {
  return refusals.map(({ code }) => code);
}

/** The JSON of the objects that passed; undefined where they did not. */
export function passedJson({ verified }: ArtifactVerdict): string | undefined {
  return verified && JSON.stringify(verified.objects);
}
