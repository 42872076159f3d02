// Address ranges: CIDR blocks and single addresses, of IPv4 and IPv6.
import { isIPv6 } from "node:net";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { formatAddress, parseAddress } from "../../../src/lib/ip/address.js";
import { compileRanges } from "../../../src/lib/ip/address-ranges.js";

const option = "allow";
const holds = (entries: string[], address: string, allowAny = false) =>
  compileRanges(entries, { option, allowAny }).contains(address);

describe("an address is found", () => {
  it.each([
    ["itself", "203.0.113.7", "203.0.113.7"],
    ["in a network", "10.0.0.0/8", "10.255.255.255"],
    ["at a network's first address", "10.0.0.0/8", "10.0.0.0"],
    ["in the upper half of IPv4", "240.0.0.0/4", "255.255.255.255"],
    ["in IPv6 written otherwise", "2001:db8::1", "2001:DB8:0:0:0:0:0:1"],
    ["in an IPv6 network", "2001:db8::/32", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["in an IPv6 network that ends inside a word", "2a0a:a440::/29", "2a0a:a447::1"],
    ["mapped, against an IPv4 rule", "1.2.3.0/24", "::ffff:1.2.3.4"],
    ["mapped in upper-case hexadecimal", "1.2.3.0/24", "::FFFF:102:304"],
    ["mapped and expanded", "1.2.3.0/24", "0:0:0:0:0:ffff:1.2.3.4"],
    ["mapped with every zero", "1.2.3.0/24", "0000:0000:0000:0000:0000:ffff:0102:0304"],
    ["under a mapped rule", "::ffff:1.2.3.4", "1.2.3.4"],
    ["under a mapped network", "::ffff:10.0.0.0/104", "10.9.9.9"],
    ["under a mapped network in hexadecimal", "::ffff:a00:0/104", "::ffff:10.9.9.9"],
    ["in NAT64's network, hexadecimal", "64:ff9b::/96", "64:ff9b::102:304"],
    ["in NAT64's network, dotted", "64:ff9b::/96", "64:ff9b::1.2.3.4"],
    ["link-local with a zone", "fe80::/10", "fe80::1%eth0"],
    ["link-local with a zone, as one address", "fe80::1", "fe80::1%2"],
    ["the loopback", "::1", "0:0:0:0:0:0:0:1"],
    ["with eight parts and a trailing double colon", "1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7::"],
    ["with eight parts and a leading double colon", "0:2:3:4:5:6:7:8", "::2:3:4:5:6:7:8"],
  ])("%s", (_, rule, address) => {
    expect(holds([rule], address)).toBe(true);
  });

  it("in overlapping, nested, touching and repeated rules", () => {
    const ranges = compileRanges(["10.0.0.0/8", "10.1.0.0/16", "9.0.0.0/8", "10.1.0.0/16", "11.0.0.0"], { option });
    expect(["8.255.255.255", "9.0.0.0", "10.255.0.1", "11.0.0.0", "11.0.0.1"].map(ranges.contains)).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it("anywhere with allowAny, but only of the kind that was opened", () => {
    expect(holds(["0.0.0.0/0"], "9.9.9.9", true)).toBe(true);
    expect(holds(["0.0.0.0/0"], "2001:db8::1", true)).toBe(false);
    expect(holds(["::/0"], "2001:db8::1", true)).toBe(true);
    expect(holds(["::/0"], "9.9.9.9", true)).toBe(false);
    expect(holds(["::/0"], "::ffff:9.9.9.9", true)).toBe(false);
  });
});

describe("an address is not found", () => {
  it.each([
    ["just below a network", "10.0.0.0/8", "9.255.255.255"],
    ["just above a network", "10.0.0.0/8", "11.0.0.0"],
    ["just above an IPv6 network", "2001:db8::/32", "2001:db9::"],
    ["IPv6 against an IPv4 rule", "1.2.3.0/24", "2001:db8::1"],
    ["IPv4 against an IPv6 rule", "2001:db8::/32", "1.2.3.4"],
    ["IPv4-compatible IPv6", "1.2.3.0/24", "::1.2.3.4"],
    ["IPv4-compatible IPv6 in hexadecimal", "1.2.3.0/24", "::102:304"],
    ["IPv4-compatible IPv6, expanded", "1.2.3.0/24", "0:0:0:0:0:0:1.2.3.4"],
    ["NAT64 against an IPv4 rule", "1.2.3.0/24", "64:ff9b::102:304"],
    ["translated IPv4 (::ffff:0:…)", "1.2.3.0/24", "::ffff:0:102:304"],
    ["a zone behind a global address", "2001:db8::/32", "2001:db8::1%eth0"],
    ["a zone behind a mapped address", "1.2.3.0/24", "::ffff:1.2.3.4%eth0"],
    ["an empty zone", "fe80::/10", "fe80::1%"],
    ["a zone of junk", "fe80::/10", "fe80::1%a b"],
  ])("%s", (_, rule, address) => {
    expect(holds([rule], address)).toBe(false);
  });

  it.each([
    "",
    " ",
    "1.2.3",
    "1.2.3.",
    ".1.2.3.4",
    "1..3.4",
    "1.2.3.4.5",
    "1.2.3.04",
    "1.2.3.00",
    "1.2.3.256",
    "1.2.3.4 ",
    " 1.2.3.4",
    "1.2.3.4\n",
    "1.2.3.4\0",
    "1.2.3.٤",
    "+1.2.3.4",
    "-1.2.3.4",
    "16909060",
    "0x1020304",
    "0x1.2.3.4",
    "127.1",
    "1.2.3.4/32",
    "1.2.3.4:80",
    "[::1]",
    "::1::2",
    "1:2:3",
    "1:2:3:4:5:6:7:8:9",
    "12345::",
    "::00001",
    "::g",
    ":",
    ":::",
    "::ffff:1.2.3",
    "::ffff:1.2.3.04",
    "::ffff:1.2.3.4.5",
    "::1.2.3.4:5",
    "1.2.3.4::",
    "unknown",
    "%",
    "::%",
    "1".repeat(100_000),
    ":".repeat(100_000),
  ])("where the text is no address: %j", (text) => {
    expect(compileRanges(["0.0.0.0/0", "::/0"], { option, allowAny: true }).contains(text)).toBe(false);
  });
});

describe("refuses when built, naming the entry and the fix", () => {
  it.each([
    ["one number", "10", /all four parts/],
    ["a short network", "10/8", /all four parts/],
    ["a short loopback", "127.1", /all four parts/],
    ["three parts", "10.0.0/8", /all four parts/],
    ["hexadecimal", "0x7f.1", /hexadecimal/],
    ["a hexadecimal part", "127.0.0.0x1", /hexadecimal/],
    ["octal", "1.2.3.04", /leading zero/],
    ["octal in front", "010.0.0.0/8", /leading zero/],
    ["a trailing space", "1.2.3.4 ", /white space/],
    ["a space before the slash", "10.0.0.0 /8", /white space/],
    ["nothing", "", /empty/],
    ["a wildcard", "10.0.0.*", /wildcard/],
    ["everyone as a star", "*", /wildcard/],
    ["a host name", "hooks.example.com", /names are not resolved/],
    ["a sender's name", "stripe", /published/],
    ["a zone", "fe80::1%eth0", /zone id/],
    ["a zone in a network", "fe80::%eth0/10", /zone id/],
    ["IPv4-compatible IPv6", "::1.2.3.4", /IPv4-compatible/],
    ["IPv4-compatible IPv6 as a network", "::1.2.3.4/128", /IPv4-compatible/],
    ["a port", "1.2.3.4:443", /port/],
    ["brackets", "[::1]", /brackets/],
    ["a span", "10.0.0.1-10.0.0.9", /CIDRs/],
    ["host bits", "10.0.0.5/8", /10\.0\.0\.0\/8 for the network, or 10\.0\.0\.5/],
    ["IPv6 host bits", "2001:db8::1/32", /2001:db8::\/32/],
    ["mapped host bits", "::ffff:10.0.0.5/104", /10\.0\.0\.0\/8/],
    ["a mapped network shorter than /96", "::ffff:10.0.0.0/8", /shorter than \/96.*10\.0\.0\.0\/8/],
    ["a mapped network of /95", "::ffff:0:0/95", /shorter than \/96/],
    ["all of IPv4", "0.0.0.0/0", /allowAny/],
    ["all of IPv6", "::/0", /allowAny/],
    ["all of IPv4, mapped", "::ffff:0:0/96", /allowAny/],
    ["a prefix too long", "10.0.0.0/33", /0 to 32/],
    ["an IPv6 prefix too long", "2001:db8::/129", /0 to 128/],
    ["no prefix", "10.0.0.0/", /prefix length/],
    ["a prefix with a leading zero", "10.0.0.0/08", /leading zeros/],
    ["a signed prefix", "10.0.0.0/+8", /prefix length/],
    ["two prefixes", "10.0.0.0/8/8", /prefix length/],
    ["a mask", "10.0.0.0/255.0.0.0", /255\.0\.0\.0 is written \/8/],
  ])("%s: %j", (_, entry, fix) => {
    const build = () => compileRanges(["192.0.2.1", entry], { option });
    expect(build).toThrow(TypeError);
    expect(build).toThrow(fix);
    expect(build).toThrow(/^allow/);
  });

  it.each([
    ["two halves of IPv4", ["0.0.0.0/1", "128.0.0.0/1"]],
    ["two halves of IPv6", ["8000::/1", "::/1"]],
  ])("%s that add up to everyone", (_, entries) => {
    expect(() => compileRanges(entries, { option })).toThrow(/allowAny/);
    expect(() => compileRanges(entries, { option, allowAny: true })).not.toThrow();
  });

  it("an empty list, which would refuse every delivery", () => {
    expect(() => compileRanges([], { option: "trustedProxies" })).toThrow(/trustedProxies must name at least one/);
  });

  it.each([
    ["a number", 10],
    ["null", null],
    ["undefined", undefined],
  ])("%s as an entry", (_, entry) => {
    expect(() => compileRanges([entry as unknown as string], { option })).toThrow(/not a string/);
  });

  it("a string instead of an array", () => {
    expect(() => compileRanges("10.0.0.0/8" as unknown as string[], { option })).toThrow(/must be an array/);
  });
});

describe("agrees with ipaddr.js, one rule after the other", () => {
  // Few distinct high bits, so that rules and addresses meet.
  const octet = fc.constantFrom(0, 1, 10, 127, 128, 192, 255);
  const ipv4 = fc.tuple(octet, octet, octet, fc.nat(255)).map((parts) => parts.join("."));
  const part = fc.constantFrom(0, 1, 0x64, 0x2001, 0xdb8, 0xfe80, 0x8000, 0xffff);
  const ipv6 = fc.array(part, { minLength: 8, maxLength: 8 }).map((parts) => new ipaddr.IPv6(parts));
  const rule4 = fc.tuple(ipv4, fc.integer({ min: 1, max: 32 })).map(([address, prefix]) => {
    return `${ipaddr.IPv4.networkAddressFromCIDR(`${address}/${prefix}`)}/${prefix}`;
  });
  const rule6 = fc
    .tuple(ipv6, fc.integer({ min: 1, max: 128 }))
    .map(([address, prefix]) => `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/${prefix}`)}/${prefix}`)
    .filter((rule) => !ipaddr.IPv6.parse(rule.split("/")[0] as string).isIPv4MappedAddress());
  const address = fc.oneof(
    ipv4,
    ipv4.map((text) => `::ffff:${text}`),
    ipv6.map((one) => one.toNormalizedString()),
    ipv6.map((one) => one.toRFC5952String().toUpperCase()),
  );

  it("on random rules and addresses of both kinds", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(rule4, rule6), { minLength: 1, maxLength: 12 }), address, (rules, text) => {
        const client = ipaddr.process(text);
        const expected = rules.some((rule) => {
          const [network, prefix] = ipaddr.parseCIDR(rule);
          return network.kind() === client.kind() && client.match(network, prefix);
        });
        return holds(rules, text, true) === expected;
      }),
      { numRuns: 2000 },
    );
  });

  it("on the first and last address of every rule, and on their neighbours", () => {
    fc.assert(
      fc.property(
        rule4.filter((rule) => !/^(0|255)\./.test(rule)),
        (rule) => {
          const [network, prefix] = ipaddr.IPv4.parseCIDR(rule);
          const first = network.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
          const last = first + 2 ** (32 - prefix) - 1;
          fc.pre(last < 2 ** 32 - 1);
          const found = [first - 1, first, last, last + 1].map((word) => holds([rule], formatAddress([word])));
          return found.join() === "false,true,true,false";
        },
      ),
    );
  });

  it("and never throws, whatever the text", () => {
    const ranges = compileRanges(["10.0.0.0/8", "2001:db8::/32"], { option });
    const wire = fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f:.%/[\] ]{0,50}$/));
    fc.assert(
      fc.property(wire, (text) => typeof ranges.contains(text) === "boolean"),
      { numRuns: 2000 },
    );
  });

  it("and node:net on what an IPv6 address is, and on its spelling", () => {
    const group = fc.oneof(
      fc.stringMatching(/^[0-9a-fA-F]{1,4}$/),
      fc.constantFrom("0", "0000", "", "00000", "g", "1.2.3.4"),
    );
    const spelled = fc.array(group, { minLength: 1, maxLength: 9 }).map((groups) => groups.join(":"));
    fc.assert(
      fc.property(
        fc.oneof(
          spelled,
          ipv6.map((one) => one.toRFC5952String()),
        ),
        (text) => {
          const parsed = parseAddress(text);
          if (!text.includes(":")) return true;
          if (!isIPv6(text)) return parsed === undefined;
          if (parsed === undefined) return /^[0:]+:1\.2\.3\.4$/.test(text); // IPv4-compatible, which is nothing
          if (parsed.length === 1) return ipaddr.IPv6.parse(text).isIPv4MappedAddress();
          return formatAddress(parsed) === ipaddr.IPv6.parse(text).toRFC5952String();
        },
      ),
      { numRuns: 5000 },
    );
  });

  it("on what an IPv6 address is", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,8}$/), (text) => {
        const parsed = parseAddress(text);
        if (parsed === undefined) return !ipaddr.IPv6.isValid(text);
        return ipaddr.process(text).toString() === ipaddr.process(formatAddress(parsed)).toString();
      }),
      { numRuns: 2000 },
    );
  });
});
