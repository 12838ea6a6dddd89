/** What browsers show by themselves and nothing can hide a script in. Everything else is for keeping. */
const shown: Readonly<Record<string, string>> = {
  avif: "image/avif",
  bmp: "image/bmp",
  gif: "image/gif",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  m4v: "video/mp4",
  mov: "video/quicktime",
  mp4: "video/mp4",
  ogv: "video/ogg",
  png: "image/png",
  webm: "video/webm",
  webp: "image/webp",
};

/** What comes with a file of that name: its type, and that it is that and nothing else. */
export function headersOf(filename: string): Record<string, string> {
  const extension = filename.slice(filename.lastIndexOf(".") + 1).toLowerCase();
  const type = Object.hasOwn(shown, extension) ? shown[extension] : undefined;
  return {
    "Content-Type": type ?? "application/octet-stream",
    ...(type ? {} : { "Content-Disposition": "attachment" }),
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    // Nothing is ever stored again under the same name.
    "Cache-Control": "public, max-age=31536000, immutable",
  };
}
