import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Address, DriverError, type Server } from "./driver.ts";

const deadlineMs = 10_000;
const tailMax = 1_024;

/**
 * Says commands to a store's server as a person would with netcat, and answers all that it said, byte for byte, until
 * it hangs up or the end of what it said fits the pattern, which a few lines must be enough for. Rejects with a `DriverError` if it cannot be reached.
 */
export async function exchange(
  { name, address }: Pick<Server, "name" | "address">,
  commands: string,
  { signal, until }: { readonly signal: AbortSignal; readonly until?: RegExp },
): Promise<string> {
  if (!address) throw new DriverError(`${name} has no address`);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  const socket = opened(address);
  const end = () => socket.destroy(new Error("it did not answer in time"));
  limit.addEventListener("abort", end, { once: true });
  try {
    const said: Buffer[] = [];
    let tail = "";
    socket.on("data", (bytes: Buffer) => {
      said.push(bytes);
      // An answer may come in pieces of any size.
      tail = (tail + bytes.toString("latin1")).slice(-tailMax);
      if (until?.test(tail)) socket.end();
    });
    await once(socket, address.tls ? "secureConnect" : "connect");
    const over = once(socket, "close");
    socket.write(commands, "latin1");
    await over;
    return Buffer.concat(said).toString("latin1");
  } catch (cause) {
    signal.throwIfAborted();
    throw new DriverError(`${name} cannot be reached: ${String(cause)}`, { cause });
  } finally {
    limit.removeEventListener("abort", end);
    socket.destroy();
  }
}

/** Who breaks servers on purpose does not ask whether one is who it says it is. */
function opened({ host, port, tls = false }: Address): Socket {
  return tls ? connectTls({ host, port, rejectUnauthorized: false }) : connect(port, host);
}
