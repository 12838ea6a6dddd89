import { expect, test } from "vitest";
import {
  cutCommand,
  detourCommands,
  filterCommands,
  leaveCommands,
  netemCommands,
} from "./container-network.ts";

const words = (commands: readonly (readonly string[])[]) =>
  commands.map((command) => command.join(" "));

test("what stalls is dropped both ways, for one caller and a share of packets if told so", () => {
  const way = { chain: "WAY-1", port: 8_083, from: "172.1.0.2" };

  expect(words(filterCommands(way, { stalls: true, share: 0.5 }))).toEqual([
    "iptables -N WAY-1",
    "iptables -A WAY-1 -p tcp --dport 8083 -s 172.1.0.2 -m statistic --mode random --probability 0.5 -j DROP",
    "iptables -A WAY-1 -p tcp --sport 8083 -d 172.1.0.2 -m statistic --mode random --probability 0.5 -j DROP",
    "iptables -I INPUT -j WAY-1",
    "iptables -I OUTPUT -j WAY-1",
  ]);
});

test("what refuses answers with a reset", () => {
  expect(words(filterCommands({ chain: "WAY-1", port: 1 }, { refuses: true }))).toContain(
    "iptables -A WAY-1 -p tcp --dport 1 -j REJECT --reject-with tcp-reset",
  );
});

test("a delay is netem's, of everything", () => {
  expect(words(netemCommands({ delayMs: 300, jitterMs: 20 }))).toEqual([
    "tc qdisc replace dev eth0 root netem delay 300ms 20ms",
  ]);
});

test("a detour takes who connects, and resets who is connected; what the container asks itself passes", () => {
  expect(words(detourCommands({ chain: "WAY-1", port: 8_083 }, 40_001))).toEqual([
    "iptables -t nat -N WAY-1",
    "iptables -t nat -A WAY-1 -p tcp --dport 8083 -j REDIRECT --to-ports 40001",
    "iptables -t nat -I PREROUTING -j WAY-1",
    "iptables -N WAY-1",
    "iptables -A WAY-1 ! -i lo -p tcp --dport 8083 -j REJECT --reject-with tcp-reset",
    "iptables -I INPUT -j WAY-1",
  ]);
});

test("what is cut at once is of the one caller, or of everyone else than the container", () => {
  const way = { chain: "WAY-1", port: 8_083 };

  expect(cutCommand(way, "172.1.0.3").at(-1)).toBe("( sport = :8083 and not dst 172.1.0.3 )");
  expect(cutCommand({ ...way, from: "172.1.0.2" }, "172.1.0.3").at(-1)).toBe(
    "( sport = :8083 and dst 172.1.0.2 )",
  );
});

test("an empty disturbance needs no command, and leaving takes every kind away", () => {
  const left = words(leaveCommands({ chain: "WAY-1" }));

  expect(filterCommands({ chain: "WAY-1", port: 1 }, {})).toEqual([]);
  expect(left).toEqual(
    expect.arrayContaining([
      "iptables -X WAY-1",
      "iptables -t nat -X WAY-1",
      "tc qdisc del dev eth0 root",
    ]),
  );
});
