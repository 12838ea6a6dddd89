import { byId, element } from "./element.js";
import { markField } from "./form.js";

const filesMax = 10;
/** What the server takes at most. */
const bytesMax = 16_760_000;

/** The pictures and films that somebody wants to post. */
export function createChosenFiles() {
  const [input, list] = [byId("media"), byId("chosen")];
  let files = [];

  function choose(chosen) {
    files = chosen;
    for (const image of list.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    list.replaceChildren(...files.map((file) => itemOf(file, () => remove(file))));
  }

  function remove(file) {
    choose(files.filter((other) => other !== file));
    input.focus();
  }

  input.addEventListener("change", () => {
    const added = [...input.files];
    // The list below is what counts; the same file can be chosen again.
    input.value = "";
    const all = [...files, ...added.filter(({ size }) => size <= bytesMax)];
    choose(all.slice(0, filesMax));
    markField(input, wrongWith(added, all));
  });

  return {
    all: () => files,
    clear() {
      choose([]);
      markField(input, "");
    },
  };
}

function itemOf(file, remove) {
  const preview = file.type.startsWith("image/")
    ? element("img", { src: URL.createObjectURL(file), alt: "" })
    : undefined;
  const label = `Remove ${file.name}`;
  const button = element("button", { type: "button", "aria-label": label, click: remove }, "Remove");
  return element("li", {}, preview, element("span", {}, file.name), button);
}

function wrongWith(added, all) {
  const large = added.find(({ size }) => size > bytesMax);
  if (large) return `${large.name} is too large: 16 MB is the most.`;
  return all.length > filesMax ? `A post has at most ${filesMax} of them.` : "";
}
