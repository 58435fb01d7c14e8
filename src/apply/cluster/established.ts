import type { KubeClient, KubeObject } from "../../kube/index.ts";
import { toRef } from "./refs.ts";
import { reject, rejectionError } from "./rejections.ts";

/** At five tries a second: half a minute. */
const MAX_TRIES = 150;

/** Waits until the API server serves the kinds that were just defined. Throws NOT_ESTABLISHED. */
export async function waitUntilEstablished(
  definitions: readonly KubeObject[],
  client: KubeClient,
  pause: () => Promise<void>,
): Promise<void> {
  for (const definition of definitions) await waitForOne(definition, client, pause);
  if (definitions.length > 0) client.forgetDiscovery();
}

async function waitForOne(
  definition: KubeObject,
  client: KubeClient,
  pause: () => Promise<void>,
): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const live = await client.get(toRef(definition));
    if (live !== undefined && isEstablished(live)) return;
    await pause();
  }
  throw rejectionError([reject(definition, "NOT_ESTABLISHED", "it is not established")]);
}

function isEstablished({ status }: KubeObject): boolean {
  const { conditions } = Object(status) as { conditions?: unknown };
  if (!Array.isArray(conditions)) return false;
  return conditions.map(Object).some(({ type, status }) => type === "Established" && status === "True");
}
