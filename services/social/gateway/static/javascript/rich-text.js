const token = /@([A-Za-z0-9_-]+)|https?:\/\//g;

/**
 * A post's text in parts: `{ text }` for what it is, with `username` for somebody registered who is mentioned, with
 * `address` for a link. A shortened link is shown as what it stands for.
 */
export function partsOf({ text, user_mentions: mentions, urls }) {
  const names = new Set(mentions.map(({ username }) => username));
  const parts = [];
  let done = 0;
  for (const found of text.matchAll(token)) {
    const { index } = found;
    if (index < done) continue;
    const part = found[1] === undefined ? linkAt(text, index, urls) : mentionOf(found, names);
    if (!part) continue;
    if (index > done) parts.push({ text: text.slice(done, index) });
    parts.push(part.shown);
    done = index + part.length;
  }
  if (done < text.length) parts.push({ text: text.slice(done) });
  return parts;
}

function mentionOf([whole, username], names) {
  return names.has(username) ? { shown: { text: whole, username }, length: whole.length } : undefined;
}

function linkAt(text, index, urls) {
  const short = urls
    .filter(({ shortened_url: start }) => start && text.startsWith(start, index))
    .sort((one, other) => other.shortened_url.length - one.shortened_url.length)[0];
  const [written] = /^\S+/.exec(text.slice(index));
  if (!short) return linkTo(written, written.length);
  // Only the host of an address is shortened; the rest follows as it was written.
  const [rest] = /^(?:[/:?#]\S*)?/.exec(text.slice(index + short.shortened_url.length));
  return linkTo(short.expanded_url + rest, short.shortened_url.length + rest.length);
}

function linkTo(text, length) {
  const address = webAddress(text);
  return address && { shown: { text, address }, length };
}

/** Links lead to the web and nowhere else. */
function webAddress(text) {
  const url = URL.parse(text);
  return url && (url.protocol === "http:" || url.protocol === "https:") ? url.href : undefined;
}
