import type { WindowMaterial } from "../api/index.ts";
import { TrustError } from "./error.ts";

/** Milliseconds since the epoch: [validAfter, validBefore). */
export interface Window {
  readonly validAfter: number;
  readonly validBefore: number;
}

export const ALWAYS: Window = {
  validAfter: Number.NEGATIVE_INFINITY,
  validBefore: Number.POSITIVE_INFINITY,
};

/** The window of a key or an authority; throws {@link TrustError} for one that never opens. */
export function readWindow(material: WindowMaterial & { readonly origin: string }): Window {
  const { validAfter = ALWAYS.validAfter, validBefore = ALWAYS.validBefore, origin } = material;
  if (validAfter < validBefore) return { validAfter, validBefore };
  throw new TrustError("INVALID_KEY", `${origin}: validBefore is not after validAfter`, {
    remedy: "a key must be valid at some time; remove one that is not",
  });
}

/** When both are open. */
export function intersect(one: Window, other: Window): Window {
  return {
    validAfter: Math.max(one.validAfter, other.validAfter),
    validBefore: Math.min(one.validBefore, other.validBefore),
  };
}
