import {
  ErrorCode,
  serviceException,
  type TextServiceHandlers,
  type Url,
  type UrlShortenServiceClient,
  type UserMentionServiceClient,
} from "@faultline/thrift/social";
import { ofCallee } from "../callee-failures.ts";
import { textMax } from "../limits.ts";

// Both look at each character a fixed number of times, however long a text is. What counts as a URL ends where the
// originals end it, before the first of / : ? # and others, so that both systems shorten the same.
const mentionPattern = /@([a-zA-Z0-9_-]+)/g;
const urlPattern = /https?:\/\/[a-zA-Z0-9_!~*'().&=+$%-]+/g;

const urlShorten = {
  name: "url-shorten-service",
  failureTexts: [
    "Failed to upload urls to url-shorten-service",
    "Failed to get shortened urls from url-shorten-service",
  ],
};
const userMention = {
  name: "user-mention-service",
  failureTexts: ["Failed to upload user_mentions to user-mention-service"],
};

/** Shortens the URLs of a text, and finds whom it mentions. */
export function createText(
  shortener: UrlShortenServiceClient,
  mentions: UserMentionServiceClient,
): TextServiceHandlers {
  return {
    async composeText({ reqId, text }, call) {
      if (text.length > textMax) throw tooLong();

      const found = [...text.matchAll(urlPattern)].map(([url]) => url);
      const usernames = [...text.matchAll(mentionPattern)].map(([, username = ""]) => username);
      const asked = [
        ofCallee(shortener.composeUrls({ reqId, urls: found }, call), urlShorten, call),
        ofCallee(mentions.composeUserMentions({ reqId, usernames }, call), userMention, call),
      ] as const;
      // If both fail, the first of them is told, as in the originals.
      for (const outcome of await Promise.allSettled(asked))
        if (outcome.status === "rejected") throw outcome.reason;
      const [urls, userMentions] = await Promise.all(asked);
      return { text: withShortUrls(text, urls), userMentions, urls };
    },
  };
}

/** The text with each URL in turn replaced, and all else as it was. */
function withShortUrls(text: string, urls: readonly Url[]): string {
  let replaced = 0;
  return text.replace(urlPattern, (url) => urls[replaced++]?.shortenedUrl ?? url);
}

function tooLong(): Error {
  const text = `a text has at most ${textMax} characters`;
  return serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, text);
}
