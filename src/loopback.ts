/**
 * Whether a URL's host is this machine, where nobody is in between. The URL parser has made every spelling of an
 * address canonical, so that text comparison is enough.
 */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
