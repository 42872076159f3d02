// Says whether a host name is that of this machine.

/** A `hostname` of a `URL`, with or without the brackets of IPv6. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\]|::1)$/.test(hostname);
}
