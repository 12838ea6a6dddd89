import { byId, element } from "./element.js";
import { fail } from "./page.js";
import { profileOf } from "./post.js";

/** A list of people by their ids, with names where those are known; answers what loads it anew. */
export function peopleList(id, { read, namesOf, empty }) {
  const [list, status, notice] = [byId(id), byId(`${id}-status`), byId(`${id}-notice`)];
  return async function load() {
    try {
      const [ids, names] = await Promise.all([read(), namesOf()]);
      notice.replaceChildren();
      list.replaceChildren(...ids.map((person) => element("li", {}, ...nameOf(person, names))));
      status.textContent = ids.length === 0 ? empty : ids.length === 1 ? "1 person" : `${ids.length} people`;
    } catch (failure) {
      fail(notice, failure, { retry: load });
    }
  };
}

function nameOf(id, names) {
  const name = names.get(id);
  const number = element("span", { class: "quiet" }, `number ${id}`);
  return name === undefined ? [number] : [element("a", { href: profileOf(name) }, name), number];
}
