/**
 * Whether `items` fit `pattern` to the end, where a star stands for any number of items, none included.
 *
 * It remembers one point to go back to, the latest star: giving an earlier star more items could never
 * help. So it takes at most `items × pattern` steps, whatever text from outside is made to look like.
 */
export function matchesWildcard<Item, Part>(
  items: ArrayLike<Item>,
  pattern: ArrayLike<Part>,
  isStar: (part: Part) => boolean,
  fits: (part: Part, item: Item) => boolean,
): boolean {
  const starAt = (index: number): boolean => index < pattern.length && isStar(pattern[index] as Part);
  const fitsAt = (index: number, item: number): boolean =>
    index < pattern.length && fits(pattern[index] as Part, items[item] as Item);
  let [item, part] = [0, 0];
  let retry: { item: number; part: number } | undefined;
  while (item < items.length) {
    if (starAt(part)) {
      part += 1;
      retry = { item, part };
    } else if (fitsAt(part, item)) {
      item += 1;
      part += 1;
    } else if (retry !== undefined) {
      retry = { item: retry.item + 1, part: retry.part };
      ({ item, part } = retry);
    } else {
      return false;
    }
  }
  while (starAt(part)) part += 1;
  return part === pattern.length;
}
