import { byId, element } from "./element.js";
import { markField } from "./form.js";

const filesMax = 10;
/** What the server takes at most. */
const bytesMax = 16_760_000;

/** The pictures and films that somebody wants to post. */
export function createChosenFiles() {
  const [input, list] = [byId("media"), byId("chosen")];
  let files = [];

  function show() {
    for (const image of list.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    list.replaceChildren(...files.map(itemOf));
  }

  function itemOf(file) {
    const remove = () => {
      files = files.filter((other) => other !== file);
      show();
      input.focus();
    };
    const preview = file.type.startsWith("image/")
      ? element("img", { src: URL.createObjectURL(file), alt: "" })
      : undefined;
    const label = `Remove ${file.name}`;
    const button = element("button", { type: "button", "aria-label": label, click: remove }, "Remove");
    return element("li", {}, preview, element("span", {}, file.name), button);
  }

  input.addEventListener("change", () => {
    const added = [...input.files];
    // The list below is what counts; the same file can be chosen again.
    input.value = "";
    const fitting = added.filter(({ size }) => size <= bytesMax);
    const large = added.find(({ size }) => size > bytesMax);
    const all = [...files, ...fitting];
    files = all.slice(0, filesMax);
    show();
    if (large) markField(input, `${large.name} is too large: 16 MB is the most.`);
    else markField(input, all.length > filesMax ? `A post has at most ${filesMax} of them.` : "");
  });

  return {
    all: () => files,
    clear() {
      files = [];
      show();
      markField(input, "");
    },
  };
}
