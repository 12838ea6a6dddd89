import { type Disturbance, DriverError } from "../driver.ts";

/** The commands, run in a container's network, that disturb the way from an address, or from anyone, to a port. */
export interface NetworkWay {
  /** A name for the rules, at most 20 letters. */
  readonly chain: string;
  /** Of the caller; anyone's if left out. */
  readonly from?: string;
  readonly port: number;
}

/**
 * Packets are dropped or refused by the kernel's own filter, both ways; delays are netem's, for all that the
 * container sends. Throws a `DriverError` for what cannot be done that way.
 */
export function disturbCommands(
  { chain, from, port }: NetworkWay,
  disturbance: Disturbance,
): readonly (readonly string[])[] {
  const { stalls, refuses, delayMs = 0, jitterMs = 0, share = 1 } = disturbance;
  if (delayMs > 0 || jitterMs > 0) {
    if (from || share < 1)
      throw new DriverError("netem delays all that a container sends, to anyone");
    return [
      [
        "tc",
        "qdisc",
        "replace",
        "dev",
        "eth0",
        "root",
        "netem",
        "delay",
        `${delayMs}ms`,
        `${jitterMs}ms`,
      ],
    ];
  }
  if (!stalls && !refuses) return [];
  const chance =
    share < 1 ? ["-m", "statistic", "--mode", "random", "--probability", `${share}`] : [];
  const fate = refuses ? ["-j", "REJECT", "--reject-with", "tcp-reset"] : ["-j", "DROP"];
  const incoming = ["-p", "tcp", "--dport", `${port}`, ...(from ? ["-s", from] : [])];
  const outgoing = ["-p", "tcp", "--sport", `${port}`, ...(from ? ["-d", from] : [])];
  return [
    ["iptables", "-N", chain],
    ["iptables", "-A", chain, ...incoming, ...chance, ...fate],
    ...(refuses ? [] : [["iptables", "-A", chain, ...outgoing, ...chance, ...fate]]),
    ["iptables", "-I", "INPUT", "-j", chain],
    ["iptables", "-I", "OUTPUT", "-j", chain],
  ];
}

/** Takes all of it away; each command fails where its part is not there. */
export function leaveCommands({
  chain,
}: Pick<NetworkWay, "chain">): readonly (readonly string[])[] {
  return [
    ["iptables", "-D", "INPUT", "-j", chain],
    ["iptables", "-D", "OUTPUT", "-j", chain],
    ["iptables", "-F", chain],
    ["iptables", "-X", chain],
    ["tc", "qdisc", "del", "dev", "eth0", "root"],
  ];
}
