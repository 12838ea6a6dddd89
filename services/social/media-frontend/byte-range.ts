import type { HttpAnswer } from "@faultline/rpc/http/route";

const nothing = Buffer.alloc(0);

/** The file, or the one part of it that the client asks for, as players of films do. */
export function servedRange(
  file: Buffer,
  wanted: string | string[] | undefined,
  headers: Readonly<Record<string, string>>,
): HttpAnswer & { readonly body: Buffer } {
  const withRanges = { ...headers, "Accept-Ranges": "bytes" };
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(String(wanted ?? "")) ?? [];
  if (first === "" && last === "") return { headers: withRanges, body: file };

  const size = file.byteLength;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(size - 1, Number(last));
  if (start > end) {
    return { status: 416, headers: { "Content-Range": `bytes */${size}` }, body: nothing };
  }
  return {
    status: 206,
    headers: { ...withRanges, "Content-Range": `bytes ${start}-${end}/${size}` },
    body: file.subarray(start, end + 1),
  };
}
