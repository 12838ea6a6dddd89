import { timeline } from "./api.js";

const postsMax = 100;
const namesMax = 1_000;
const storageKey = "names";

/**
 * User names by id, as far as this browser can know: of whoever wrote, or is mentioned in, a post of one's timelines,
 * or was followed here. Nothing else gives the name that belongs to an id.
 */
export async function knownNames() {
  const page = { start: 0, stop: postsMax };
  const posts = await Promise.all([timeline("home", page), timeline("user", page)]);
  const people = posts.flat().flatMap(({ creator, user_mentions: mentions }) => [creator, ...mentions]);
  const named = people.map(({ user_id: id, username }) => [id, username]);
  return new Map([...remembered(), ...named]);
}

/** Keeps a name that the person has typed for this id, as long as there is room. */
export function rememberName(id, username) {
  const others = remembered().filter(([known]) => known !== id);
  const newest = [...others, [id, username]].slice(-namesMax);
  try {
    localStorage.setItem(storageKey, JSON.stringify(newest));
  } catch {
    // The browser keeps nothing, or no more: names are a help only.
  }
}

function remembered() {
  try {
    const names = JSON.parse(localStorage.getItem(storageKey));
    return Array.isArray(names) ? names.filter(Array.isArray) : [];
  } catch {
    // Somebody else's, or broken: names are a help only.
    return [];
  }
}
