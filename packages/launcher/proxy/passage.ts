import { readFileSync, readlinkSync } from "node:fs";
import type { PassageOrder } from "@faultline/faults/drivers/passages";
import { identify, isStillRunning } from "../process-identity.ts";
import { anyone, TcpProxy } from "./tcp-proxy.ts";

// A proxy in the network of a container: run there as root, it ends with the container's first process. What it shall do
// it reads from its standard input, where nobody sees it who lists processes; its one argument is what it is found by.
// When it listens it writes its port.

const lookEveryMs = 200;
const nobody = 65_534;

const { pid, host, port, disturbance } = JSON.parse(readFileSync(0, "utf8")) as PassageOrder;
if (networkOf(pid) !== networkOf("self")) throw new Error(`${pid} has another network`);
const main = identify(pid);
giveUpRights();
// Looked for again: who has no rights may not be shown other people's processes.
if (!main || !isStillRunning(main)) throw new Error(`${pid} cannot be watched`);

const proxy = new TcpProxy({
  // Who is redirected comes to the address of the interface that he came in by. Whoever finds it could ask the server itself.
  ...{ host: "0.0.0.0", port: 0, targetHost: host, targetPort: port },
  callerAt: () => undefined,
});
await proxy.disturb(anyone, disturbance);
setInterval(() => {
  if (!isStillRunning(main)) process.exit();
}, lookEveryMs);
console.log(proxy.port);

function networkOf(pid: number | "self"): string {
  return readlinkSync(`/proc/${pid}/ns/net`);
}

/** It serves whoever is in that network, and needs none of root's. */
function giveUpRights(): void {
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([]);
  process.setgid?.(nobody);
  process.setuid?.(nobody);
}
