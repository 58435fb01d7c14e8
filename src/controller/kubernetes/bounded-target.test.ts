import { expect, it } from "vitest";
import type { ClusterTarget } from "../../apply/cluster/index.ts";
import { KubeError, type KubeErrorCode } from "../../kube/index.ts";
import { BoundedTarget } from "./bounded-target.ts";

function targetThatFails(code: KubeErrorCode, remote: boolean): BoundedTarget {
  const failing: Pick<ClusterTarget, "currentEntry"> = {
    currentEntry: () => Promise.reject(new KubeError(code, `what lies there: ${code}`)),
  };
  return new BoundedTarget(() => failing as ClusterTarget, { within: 1_000, remote });
}

it.each(["UNREACHABLE", "TIMEOUT", "PROTOCOL"] as const)(
  "tells %s of another cluster like any other way not to get there",
  async (code) => {
    const error = await targetThatFails(code, true)
      .currentEntry()
      .catch((thrown: unknown) => thrown);
    const other = await targetThatFails("UNREACHABLE", true)
      .currentEntry()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "UNREACHABLE", cause: { code } });
    expect(String(error)).toBe(String(other));
    expect(String(error)).not.toContain("what lies there");
  },
);

it.each([
  ["TIMEOUT", false],
  ["FORBIDDEN", true],
] as const)("tells %s as it is where it gives nothing away (%#)", async (code, remote) => {
  await expect(targetThatFails(code, remote).currentEntry()).rejects.toMatchObject({ code });
});

it("ends what takes longer than it may", async () => {
  const waiting = (signal: AbortSignal): Pick<ClusterTarget, "currentEntry"> => ({
    currentEntry: async () => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      throw new KubeError("TIMEOUT", "the time for it is over");
    },
  });
  const keepAlive = setInterval(() => undefined, 1_000); // the signal's own timer keeps no process
  const target = new BoundedTarget((signal) => waiting(signal) as ClusterTarget, {
    within: 20,
    remote: false,
  });
  await expect(target.currentEntry()).rejects.toMatchObject({ code: "TIMEOUT" });
  clearInterval(keepAlive);
});
