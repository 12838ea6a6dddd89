import { mediaAddress, timeline as readTimeline } from "./api.js";
import { byId, element } from "./element.js";
import { fail } from "./page.js";
import { postArticle } from "./post.js";

const pageSize = 20;

/**
 * Shows a timeline, "home" or "user", a page at a time; `wanted` picks among its posts. Answers what loads it anew.
 */
export function showTimeline(name, { wanted = () => true, empty }) {
  const [list, status, notice] = [byId("timeline"), byId("timeline-status"), byId("timeline-notice")];
  const [more, refresh] = [byId("more"), byId("refresh")];
  const shown = new Set();
  let read = 0;

  async function load(fromStart) {
    list.setAttribute("aria-busy", "true");
    const start = fromStart ? 0 : read;
    try {
      const [posts, media] = await Promise.all([
        readTimeline(name, { start, stop: start + pageSize }),
        mediaAddress(),
      ]);
      notice.replaceChildren();
      if (fromStart) clear();
      read = start + posts.length;
      const first = add(posts.filter(wanted), media);
      more.hidden = posts.length < pageSize;
      status.textContent = summary(shown.size, more.hidden, empty);
      // Whoever pressed the button that is gone now goes on where it was.
      if (!fromStart && more.hidden) first?.focus();
    } catch (failure) {
      fail(notice, failure, { retry: () => load(fromStart) });
    } finally {
      list.removeAttribute("aria-busy");
    }
  }

  function clear() {
    list.replaceChildren();
    shown.clear();
  }

  /** New posts push older ones on, so that a page may begin with what is there already. */
  function add(posts, media) {
    const fresh = posts.filter(({ post_id: id }) => !shown.has(id));
    const items = fresh.map((post) => element("li", { tabindex: "-1" }, postArticle(post, media)));
    for (const { post_id: id } of fresh) shown.add(id);
    list.append(...items);
    return items[0];
  }

  more.addEventListener("click", () => load(false));
  refresh.addEventListener("click", () => load(true));
  return () => load(true);
}

function summary(count, isAll, empty) {
  if (count === 0) return isAll ? empty : "Nothing among the newest posts; there are older ones.";
  const posts = count === 1 ? "1 post" : `${count} posts`;
  return isAll ? posts : `The newest ${posts}; there are older ones.`;
}
