/** By UTF-16 code units, as RFC 8785 sorts keys: no locale has a say in a digest. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
