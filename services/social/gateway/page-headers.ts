import { type MediaPlace, mediaOrigin } from "./media-place.ts";

/** What browsers are told of every page: it is made of our own files, and talks to us and the media-frontend only. */
export function pageHeaders(media: MediaPlace, host: string): Record<string, string> {
  const elsewhere = mediaOrigin(media, host).replace(/^\/\//, "");
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' blob: ${elsewhere}`,
    `media-src blob: ${elsewhere}`,
    `connect-src 'self' ${elsewhere}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return {
    "Content-Security-Policy": policy.join("; "),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  };
}
