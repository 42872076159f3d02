// What does one look at the allow list cost, for 10, 100 and 5,000 networks?
import { BlockList } from "node:net";
import ipaddr from "ipaddr.js";
import { load } from "./built.js";
import { type Contestant, compare, type Measured, ratio, sinkhole } from "./measure.js";
import { cost, heading, table, target, times } from "./report.js";

const ROUNDS = 15;
const { compileRanges } = await load<typeof import("../src/lib/ip/address-ranges.js")>("lib/ip/address-ranges.js");

/** Spread over all of IPv4, none next to another: nothing can be merged. */
function networks(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => {
    const word = 0x0b00_0000 + at * 0xa000;
    return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.0/24`;
  });
}

/** Every other one is in the list; the rest are just behind a network of it. */
function addresses(list: readonly string[]): readonly string[] {
  return Array.from({ length: 500 }, (_, at) => {
    const [a, b, c] = (list[(at * 7_919) % list.length] as string).split(".");
    return at % 2 === 0 ? `${a}.${b}.${c}.77` : `${a}.${b}.${Number(c) + 1}.77`;
  });
}

function contestants(list: readonly string[]): readonly Contestant<readonly string[]>[] {
  const ranges = compileRanges(list, { option: "allow" });
  const parsed = list.map((cidr) => ipaddr.parseCIDR(cidr));
  const blockList = new BlockList();
  for (const cidr of list) {
    const [network, prefix] = cidr.split("/") as [string, string];
    blockList.addSubnet(network, Number(prefix));
  }
  const each = (holds: (address: string) => boolean) => (batch: readonly string[]) => {
    for (const address of batch) sinkhole(holds(address));
  };
  for (const address of addresses(list)) {
    const isIn = ranges.contains(address);
    if (linear(parsed, address) !== isIn || blockList.check(address) !== isIn)
      throw new Error(`not agreed: ${address}`);
  }
  return [
    { name: "hookgate", run: each((address) => ranges.contains(address)) },
    { name: "ipaddr.js", run: each((address) => linear(parsed, address)) },
    { name: "net.BlockList", run: each((address) => blockList.check(address)) },
  ];
}

function linear(list: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][], text: string): boolean {
  const address = ipaddr.parse(text);
  for (const range of list) if (address.match(range)) return true;
  return false;
}

heading("One address against an allow list: CPU microseconds", ["ipaddr.js"]);
const rows: string[][] = [];
let slowest = 0;
for (const count of [10, 100, 5_000]) {
  const list = networks(count);
  const texts = addresses(list);
  const all = contestants(list);
  const batch = Array.from({ length: count > 1_000 ? 1 : 10 }, () => texts).flat();
  const plan = { rounds: ROUNDS, warmUpRounds: 3, operationsPerBatch: batch.length, batch: () => batch };
  const [own, linearScan, blockList] = (await compare(all, plan)) as [Measured, Measured, Measured];
  rows.push([
    `${count.toLocaleString("en")} networks`,
    cost(own),
    cost(linearScan),
    times(linearScan, own),
    cost(blockList),
    times(blockList, own),
  ]);
  slowest = ratio(linearScan, own);
}
table(["", "hookgate", "ipaddr.js, linear", "x hookgate", "net.BlockList", "x hookgate"], rows);
console.log();
target("5,000 networks, faster than a linear scan by ipaddr.js", slowest, 10, "at least");
