import { expect, test } from "vitest";
import { DriverError } from "../driver.ts";
import { disturbCommands, leaveCommands } from "./container-network.ts";

const words = (commands: readonly (readonly string[])[]) =>
  commands.map((command) => command.join(" "));

test("what stalls is dropped both ways, for one caller and a share of packets if told so", () => {
  const way = { chain: "WAY-1", port: 8_083, from: "172.1.0.2" };

  expect(words(disturbCommands(way, { stalls: true, share: 0.5 }))).toEqual([
    "iptables -N WAY-1",
    "iptables -A WAY-1 -p tcp --dport 8083 -s 172.1.0.2 -m statistic --mode random --probability 0.5 -j DROP",
    "iptables -A WAY-1 -p tcp --sport 8083 -d 172.1.0.2 -m statistic --mode random --probability 0.5 -j DROP",
    "iptables -I INPUT -j WAY-1",
    "iptables -I OUTPUT -j WAY-1",
  ]);
});

test("what refuses answers with a reset", () => {
  expect(words(disturbCommands({ chain: "WAY-1", port: 1 }, { refuses: true }))).toContain(
    "iptables -A WAY-1 -p tcp --dport 1 -j REJECT --reject-with tcp-reset",
  );
});

test("a delay is netem's, which cannot tell callers apart", () => {
  const way = { chain: "WAY-1", port: 1 };

  expect(words(disturbCommands(way, { delayMs: 300, jitterMs: 20 }))).toEqual([
    "tc qdisc replace dev eth0 root netem delay 300ms 20ms",
  ]);
  expect(() => disturbCommands({ ...way, from: "172.1.0.2" }, { delayMs: 1 })).toThrow(DriverError);
});

test("an empty disturbance needs no command, and leaving takes every kind away", () => {
  expect(disturbCommands({ chain: "WAY-1", port: 1 }, {})).toEqual([]);
  expect(words(leaveCommands({ chain: "WAY-1" }))).toContain("iptables -X WAY-1");
});
