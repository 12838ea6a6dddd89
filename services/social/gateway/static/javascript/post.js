import { element } from "./element.js";
import { partsOf } from "./rich-text.js";

const films = new Set(["m4v", "mov", "mp4", "ogv", "webm"]);
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** A post as an article. `mediaAddress` is where its pictures are. */
export function postArticle(post, mediaAddress) {
  const { username } = post.creator;
  return element(
    "article",
    { class: "post", "aria-label": `Post by ${username}` },
    element(
      "div",
      { class: "row" },
      element("a", { class: "author", href: profileOf(username) }, username),
      time(Number(post.timestamp)),
    ),
    element("p", { class: "text" }, ...partsOf(post).map(shownPart)),
    mediaOf(post, mediaAddress),
  );
}

/** The page with somebody's posts. */
export function profileOf(username) {
  return `profile.html?username=${encodeURIComponent(username)}`;
}

function time(timestampMs) {
  const date = new Date(timestampMs);
  if (Number.isNaN(date.getTime())) return undefined;
  return element("time", { class: "quiet", datetime: date.toISOString() }, moment.format(date));
}

function shownPart({ text, username, address }) {
  if (username !== undefined) return element("a", { href: profileOf(username) }, text);
  if (address === undefined) return text;
  return element("a", { href: address, rel: "noopener noreferrer nofollow ugc" }, text);
}

function mediaOf({ media, creator }, mediaAddress) {
  if (media.length === 0) return undefined;
  const shown = media.map(({ media_id: id, media_type: type }, at) => {
    const name = encodeURIComponent(`${id}.${type}`);
    const address = `${mediaAddress}/get-media/?filename=${name}`;
    const which = media.length > 1 ? ` ${at + 1} of ${media.length}` : "";
    return films.has(type.toLowerCase())
      ? film(address, `Film${which} by ${creator.username}`)
      : picture(address, `Picture${which} by ${creator.username}`);
  });
  return element("div", { class: "media" }, ...shown);
}

function picture(address, words) {
  return element("img", { src: address, alt: words, loading: "lazy", error: missing(words) });
}

function film(address, words) {
  const attributes = { src: address, "aria-label": words, controls: true, preload: "metadata" };
  return element("video", { ...attributes, error: missing(words) });
}

function missing(words) {
  return ({ currentTarget }) => {
    currentTarget.replaceWith(element("p", { class: "quiet" }, `${words}: not available`));
  };
}
