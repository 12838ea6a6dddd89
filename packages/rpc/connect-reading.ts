import { connect, type Socket, type TcpNetConnectOpts } from "node:net";

/** What all these sockets receive into, one after the other: each has handed its bytes over before another reads. */
const received = Buffer.allocUnsafeSlow(65_536);

/**
 * Connects, and hands over what is received; a chunk may be kept. A socket that is read as a stream takes memory for
 * 64 kB and gives most of it back each time, which small answers to a process that is mostly idle pay for.
 */
export function connectReading(
  options: TcpNetConnectOpts,
  onChunk: (chunk: Buffer) => void,
): Socket {
  const callback = (length: number) => {
    onChunk(Buffer.from(received.subarray(0, length)));
    return true;
  };
  return connect({ ...options, onread: { buffer: received, callback } });
}
