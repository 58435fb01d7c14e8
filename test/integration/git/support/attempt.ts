import { inspect } from "node:util";
import { expect } from "vitest";
import {
  DEFAULT_GIT_LIMITS,
  type FetchRequest,
  fetchSnapshot,
  type GitLimits,
} from "../../../../src/git/index.ts";
import { makeFolder } from "./git.ts";

type Attempt = Partial<Omit<FetchRequest, "limits">> & { url: string; limits?: Partial<GitLimits> };

/** The head that a fetch of `main` brings, or the code of its refusal or fault. */
export async function attemptFetch({ limits, ...request }: Attempt): Promise<string> {
  const whole = {
    ref: { branch: "main" },
    stateDir: makeFolder(),
    limits: { ...DEFAULT_GIT_LIMITS, ...limits },
    ...request,
  };
  try {
    const judged = await fetchSnapshot(whole);
    return judged.ok ? judged.value.head : judged.refusals[0].code;
  } catch (error) {
    expectNoSecret(error, request);
    return (error as { code?: string }).code ?? String(error);
  }
}

/** A run of base64 this long, in an error, would be a key. */
const KEY_MATERIAL = /[A-Za-z0-9+/]{60}|PRIVATE KEY|ssh-ed25519 AAAA/;

function expectNoSecret(error: unknown, { auth }: Partial<FetchRequest>): void {
  const text = deepText(error);
  expect(text).not.toMatch(KEY_MATERIAL);
  for (const secret of Object.values(auth ?? {})) {
    if (typeof secret === "string" && secret !== "") expect(text).not.toContain(secret);
  }
}

/** All that a log could print of an error and its causes. */
export function deepText(error: unknown): string {
  return inspect(error, { depth: 10, maxStringLength: null, maxArrayLength: null });
}
