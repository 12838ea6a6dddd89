import { mediaAddress, timeline as readTimeline } from "./api.js";
import { byId, element } from "./element.js";
import { fail } from "./page.js";
import { postArticle } from "./post.js";

const pageSize = 20;

/**
 * Shows a timeline, "home" or "user", a page at a time; `wanted` picks among its posts. Answers what loads it anew.
 */
export function showTimeline(name, { wanted = () => true, empty }) {
  const [status, notice] = [byId("timeline-status"), byId("timeline-notice")];
  const [more, refresh] = [byId("more"), byId("refresh")];
  const posts = postList();
  let read = 0;

  async function load(fromStart) {
    const start = fromStart ? 0 : read;
    try {
      const { page, media, isLast } = await posts.while(pageFrom(name, start));
      notice.replaceChildren();
      if (fromStart) posts.clear();
      read = start + page.length;
      const first = posts.add(page.filter(wanted), media);
      more.hidden = isLast;
      status.textContent = summary(posts.count(), more.hidden, empty);
      // Whoever pressed the button that is gone now goes on where it was.
      if (!fromStart && more.hidden) first?.focus();
    } catch (failure) {
      fail(notice, failure, { retry: () => load(fromStart) });
    }
  }

  more.addEventListener("click", () => load(false));
  refresh.addEventListener("click", () => load(true));
  return () => load(true);
}

/** The posts of a page, whether there are no older ones, and where pictures are. */
async function pageFrom(name, start) {
  const [page, media] = await Promise.all([postsFrom(name, start), mediaAddress()]);
  return { page, media, isLast: await isLast(page, name, start) };
}

function postsFrom(name, start) {
  return readTimeline(name, { start, stop: start + pageSize });
}

/** Where posts are long, or some are missing, a page is not full though there are more: the next one tells. */
async function isLast(page, name, start) {
  if (page.length === pageSize) return false;
  if (page.length === 0) return true;
  const known = new Set(page.map(({ post_id: id }) => id));
  const next = await postsFrom(name, start + page.length);
  return next.every(({ post_id: id }) => known.has(id));
}

/** The posts that are shown, each once. */
function postList() {
  const list = byId("timeline");
  const shown = new Set();
  return {
    count: () => shown.size,
    clear() {
      list.replaceChildren();
      shown.clear();
    },
    /** New posts push older ones on, so that a page may begin with what is there already. Answers the first new one. */
    add(posts, media) {
      const fresh = posts.filter(({ post_id: id }) => !shown.has(id));
      const items = fresh.map((post) => element("li", { tabindex: "-1" }, postArticle(post, media)));
      for (const { post_id: id } of fresh) shown.add(id);
      list.append(...items);
      return items[0];
    },
    /** Says that it waits until `loading` has an end. */
    async while(loading) {
      list.setAttribute("aria-busy", "true");
      try {
        return await loading;
      } finally {
        list.removeAttribute("aria-busy");
      }
    },
  };
}

function summary(count, isAll, empty) {
  if (count === 0) return isAll ? empty : "Nothing among the newest posts; there are older ones.";
  const posts = count === 1 ? "1 post" : `${count} posts`;
  return isAll ? posts : `The newest ${posts}; there are older ones.`;
}
