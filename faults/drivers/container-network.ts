import type { Disturbance } from "../driver.ts";

type Commands = readonly (readonly string[])[];

/** The commands, run in a container's network, that disturb the way from an address, or from anyone, to a port. */
export interface NetworkWay {
  /** A name for the rules, at most 20 letters. */
  readonly chain: string;
  /** Of the caller; anyone's if left out. */
  readonly from?: string;
  readonly port: number;
}

/** Packets are dropped or refused by the kernel's own filter, both ways. */
export function filterCommands(
  { chain, from, port }: NetworkWay,
  { stalls, refuses, share = 1 }: Disturbance,
): Commands {
  if (!stalls && !refuses) return [];
  const chance =
    share < 1 ? ["-m", "statistic", "--mode", "random", "--probability", `${share}`] : [];
  const fate = refuses ? reset : ["-j", "DROP"];
  const outgoing = ["-p", "tcp", "--sport", `${port}`, ...(from ? ["-d", from] : [])];
  return [
    ["iptables", "-N", chain],
    ["iptables", "-A", chain, ...incoming({ from, port }), ...chance, ...fate],
    ...(refuses ? [] : [["iptables", "-A", chain, ...outgoing, ...chance, ...fate]]),
    ["iptables", "-I", "INPUT", "-j", chain],
    ["iptables", "-I", "OUTPUT", "-j", chain],
  ];
}

/** The kernel's netem delays all that a container sends, to anyone. */
export function netemCommands({ delayMs = 0, jitterMs = 0 }: Disturbance): Commands {
  const delay = ["delay", `${delayMs}ms`, `${jitterMs}ms`];
  return [["tc", "qdisc", "replace", "dev", "eth0", "root", "netem", ...delay]];
}

/**
 * Who connects from outside comes to another port. Who is connected already would stay so, past it: its next packet
 * is answered with a reset.
 */
export function detourCommands({ chain, from, port }: NetworkWay, through: number): Commands {
  const redirect = ["-j", "REDIRECT", "--to-ports", `${through}`];
  return [
    ["iptables", "-t", "nat", "-N", chain],
    ["iptables", "-t", "nat", "-A", chain, ...incoming({ from, port }), ...redirect],
    ["iptables", "-t", "nat", "-I", "PREROUTING", "-j", chain],
    ["iptables", "-N", chain],
    ["iptables", "-A", chain, "!", "-i", "lo", ...incoming({ from, port }), ...reset],
    ["iptables", "-I", "INPUT", "-j", chain],
  ];
}

/**
 * Ends what is connected from outside at once, so that nobody finds out by a call of his. Not every kernel can do it.
 * `own` is the container's address.
 */
export function cutCommand({ from, port }: NetworkWay, own: string): readonly string[] {
  const callers = from ? `dst ${from}` : `not dst ${own}`;
  return ["ss", "--kill", "--tcp", "state", "established", `( sport = :${port} and ${callers} )`];
}

/** Takes all of it away; each command fails where its part is not there. */
export function leaveCommands({ chain }: Pick<NetworkWay, "chain">): Commands {
  return [
    ["iptables", "-D", "INPUT", "-j", chain],
    ["iptables", "-D", "OUTPUT", "-j", chain],
    ["iptables", "-F", chain],
    ["iptables", "-X", chain],
    ["iptables", "-t", "nat", "-D", "PREROUTING", "-j", chain],
    ["iptables", "-t", "nat", "-F", chain],
    ["iptables", "-t", "nat", "-X", chain],
    ["tc", "qdisc", "del", "dev", "eth0", "root"],
  ];
}

const reset = ["-j", "REJECT", "--reject-with", "tcp-reset"];

function incoming({ from, port }: { from: string | undefined; port: number }): readonly string[] {
  return ["-p", "tcp", "--dport", `${port}`, ...(from ? ["-s", from] : [])];
}
