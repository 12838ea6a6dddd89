import {
  assertProtocol,
  errorCodes,
  frameBytesMax,
  settingIds,
  windowBytesMax,
} from "./protocol.ts";

const settingBytes = 6;

/** What one side tells the other at the start: settings by their numbers. */
export function encodeSettings(settings: ReadonlyMap<number, number>): Buffer {
  const bytes = Buffer.alloc(settings.size * settingBytes);
  let at = 0;
  for (const [id, value] of settings) {
    at = bytes.writeUInt16BE(id, at);
    at = bytes.writeUInt32BE(value, at);
  }
  return bytes;
}

/** Reads settings. Throws a `ConnectionError` for values that are not allowed; unknown ones do not matter. */
export function decodeSettings(payload: Buffer): ReadonlyMap<number, number> {
  assertProtocol(payload.length % settingBytes === 0, "settings cut short", errorCodes.frameSize);
  const settings = new Map<number, number>();
  for (let at = 0; at < payload.length; at += settingBytes) {
    const id = payload.readUInt16BE(at);
    const value = payload.readUInt32BE(at + 2);
    assertLegal(id, value);
    settings.set(id, value);
  }
  return settings;
}

function assertLegal(id: number, value: number): void {
  if (id === settingIds.enablePush) assertProtocol(value <= 1, "push is on or off");
  if (id === settingIds.initialWindowSize)
    assertProtocol(value <= windowBytesMax, "a window too large", errorCodes.flowControl);
  if (id === settingIds.maxFrameSize) {
    const isLegal = value >= frameBytesMax && value < 2 ** 24;
    assertProtocol(isLegal, "a frame size that is not allowed");
  }
}
