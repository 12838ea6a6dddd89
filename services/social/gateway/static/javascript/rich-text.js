const token = /@([A-Za-z0-9_-]+)|https?:\/\//g;
/** What is longer is no link: who writes it could make each of thousands of starts a look at all that follows. */
const linkCharactersMax = 4_096;

/**
 * A post's text in parts: `{ text }` for what it is, with `username` for somebody registered who is mentioned, with
 * `address` for a link. A shortened link is shown as what it stands for.
 */
export function partsOf({ text, user_mentions: mentions, urls }) {
  const names = new Set(mentions.map(({ username }) => username));
  const shortened = shortenedOf(urls);
  const parts = [];
  let done = 0;
  for (const found of text.matchAll(token)) {
    const { index } = found;
    if (index < done) continue;
    const part = found[1] === undefined ? linkAt(text, index, shortened) : mentionOf(found, names);
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

/** The URLs by what is written for them, and how long that may be, the longest first: nearly always one length. */
function shortenedOf(urls) {
  const byStart = new Map(urls.map((url) => [url.shortened_url, url]));
  byStart.delete("");
  const lengths = new Set([...byStart.keys()].map((start) => start.length));
  return { byStart, lengths: [...lengths].sort((one, other) => other - one) };
}

function linkAt(text, index, { byStart, lengths }) {
  const starts = lengths.map((length) => text.slice(index, index + length));
  const start = starts.find((start) => byStart.has(start));
  if (start === undefined) return linkTo(matchAt(written, text, index));
  // Only the host of an address is shortened; the rest follows as it was written.
  const rest = matchAt(writtenRest, text, index + start.length);
  return linkTo(byStart.get(start).expanded_url + rest, start.length + rest.length);
}

// One character more than a link has is enough to know that there is none.
const written = new RegExp(`\\S{0,${linkCharactersMax + 1}}`, "y");
const writtenRest = new RegExp(`(?:[/:?#]\\S{0,${linkCharactersMax}})?`, "y");

function matchAt(pattern, text, index) {
  pattern.lastIndex = index;
  return pattern.exec(text)[0];
}

function linkTo(text, length = text.length) {
  const address = text.length <= linkCharactersMax ? webAddress(text) : undefined;
  return address && { shown: { text, address }, length };
}

/** Links lead to the web and nowhere else. */
function webAddress(text) {
  const url = URL.parse(text);
  return url && (url.protocol === "http:" || url.protocol === "https:") ? url.href : undefined;
}
