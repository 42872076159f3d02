// Checks the `trust proxy` setting of an Express app.

/** Reads a setting of an Express app: `(name) => app.get(name)`. */
export type AppGet = (name: string) => unknown;

/** Express compiles "trust proxy" into a function of address and hop; this hop is past every real chain. */
const FAR_HOP = 1000;
/** Public addresses of unrelated operators. A setting that trusts all of one kind trusts everyone. */
const STRANGERS = {
  ipv4: ["1.1.1.1", "8.8.8.8", "198.51.100.1"],
  ipv6: ["2001:4860:4860::8888", "2606:4700:4700::1111", "2620:fe::fe"],
};

/**
 * Whether the app's `trust proxy` trusts everyone, so that any client chooses `req.ip`. A hop count does not, as long as no
 * client reaches the origin directly, see `isHopCount`.
 */
export function isPermissiveTrust(appGet: AppGet): boolean {
  if (appGet("trust proxy") === true) return true;
  const trust = appGet("trust proxy fn");
  if (typeof trust !== "function") return false;
  const trusts = (address: string): boolean => Boolean(trust(address, FAR_HOP));
  return STRANGERS.ipv4.every(trusts) || STRANGERS.ipv6.every(trusts);
}

/** Whether the app's `trust proxy` is a bare hop count: a client that reaches the origin directly forges `req.ip`. */
export function isHopCount(appGet: AppGet): boolean {
  const setting = appGet("trust proxy");
  return typeof setting === "number" && setting > 0;
}
