/** How far the clock of whoever signs may be ahead of the one that judges. */
export const CLOCK_SKEW_MS = 24 * 60 * 60 * 1000;
