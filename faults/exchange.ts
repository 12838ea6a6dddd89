import { once } from "node:events";
import { connect } from "node:net";
import { DriverError, type Server } from "./driver.ts";

const deadlineMs = 10_000;

/**
 * Says commands to a store's server as a person would with netcat, and answers all that it said, byte for byte, until
 * it hangs up or what it said fits the pattern. Rejects with a `DriverError` if it cannot be reached.
 */
export async function exchange(
  { name, address }: Pick<Server, "name" | "address">,
  commands: string,
  { signal, until }: { readonly signal: AbortSignal; readonly until?: RegExp },
): Promise<string> {
  if (!address) throw new DriverError(`${name} has no address`);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  const socket = connect(address);
  const end = () => socket.destroy(new Error("it did not answer in time"));
  limit.addEventListener("abort", end, { once: true });
  try {
    const said: Buffer[] = [];
    socket.on("data", (bytes: Buffer) => {
      said.push(bytes);
      if (until?.test(bytes.toString("latin1"))) socket.end();
    });
    await once(socket, "connect");
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
