import type { ApiFault, ChooseFault } from "../../support/faulty-proxy.ts";

const STATUSES = [409, 410, 429, 500, 503] as const;

/** How badly an API server behaves in a round: the share of requests with which something goes wrong. */
const SHARES = [0, 0.05, 0.2, 0.5];

/** Faults for one round; watches are cut, and every other request may meet any fault. */
export function chooseFaults(random: () => number): ChooseFault {
  const share = SHARES[Math.floor(random() * SHARES.length)] ?? 0;
  return ({ path }) => {
    if (random() >= share) return undefined;
    if (path.includes("watch=")) return { kind: "cut", bytes: Math.floor(random() * 2_000) };
    return anyFault(random);
  };
}

function anyFault(random: () => number): ApiFault {
  const dice = random();
  if (dice < 0.5) return { kind: "status", status: STATUSES[Math.floor(random() * STATUSES.length)] ?? 500 };
  if (dice < 0.65) return { kind: "refused" };
  if (dice < 0.9) return { kind: "lost" };
  return { kind: "slow", milliseconds: Math.floor(random() * 500) };
}
