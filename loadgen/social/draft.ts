/** A post as its author wants it. Users are numbers from 0. */
export interface Draft {
  readonly author: number;
  /** What the text begins with. They are random and so many that no other post has the same. */
  readonly words: string;
  /** Whom the text mentions, in order; somebody may be there twice. */
  readonly mentions: readonly number[];
  /** In the order in which they stand in the text, after the mentions. */
  readonly urls: readonly string[];
  /** The ids of its pictures, with zeros at the beginning. */
  readonly media: readonly string[];
}

/** The form by which it is made. */
export function composeForm({ author, words, mentions, urls, media }: Draft) {
  const names = mentions.map((user) => ` @username_${user}`).join("");
  return {
    username: `username_${author}`,
    user_id: `${author}`,
    text: `${words}${names}${urls.map((url) => ` ${url}`).join("")}`,
    media_ids: JSON.stringify(media),
    media_types: JSON.stringify(media.map(() => "png")),
    post_type: "0",
  };
}

/** As much of a text as tells it from all others. */
export function markOf(text: string): string {
  return text.slice(0, markLength);
}

const markLength = 64;
