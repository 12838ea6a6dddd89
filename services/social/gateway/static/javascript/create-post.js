import { compose, upload } from "./api.js";
import { createChosenFiles } from "./chosen-files.js";
import { draft } from "./draft.js";
import { byId, element } from "./element.js";
import { markFields, onSubmit } from "./form.js";
import { showSuccess } from "./notice.js";
import { fail } from "./page.js";

const uncertain = "It may have been posted all the same: please look at your posts before you try again.";

/** The form for a new post; calls back when one is out. */
export function createPost(onPosted) {
  const [text, notice] = [byId("text"), byId("compose-notice")];
  const files = createChosenFiles();
  const uploads = createUploads((file) => showSuccess(notice, `Sending ${file.name} …`));

  // Who is quick may have typed before this script was there.
  text.value ||= draft.read();
  text.addEventListener("input", () => draft.keep(text.value));

  onSubmit(byId("compose"), async () => {
    notice.replaceChildren();
    if (!markFields([[text, text.value.trim() ? "" : "Write something."]])) return;
    let sent = false;
    try {
      const media = await uploads.all(files.all());
      sent = true;
      await compose({ text: text.value, media });
    } catch (failure) {
      fail(notice, failure, sent && failure.isUncertain ? { warning: uncertain } : {});
      return;
    }
    text.value = "";
    draft.forget();
    files.clear();
    uploads.clear();
    const own = element("a", { href: "profile.html" }, "your posts");
    showSuccess(notice, "Posted. It is among ", own, " and in your followers’ home timelines.");
    text.focus();
    onPosted?.();
  });
}

/** Sends each file once, even if posting has to be tried again; calls back before each that it sends. */
function createUploads(beforeEach) {
  const uploaded = new Map();
  return {
    async all(files) {
      const media = [];
      for (const file of files) {
        if (!uploaded.has(file)) {
          beforeEach(file);
          uploaded.set(file, await upload(file));
        }
        media.push(uploaded.get(file));
      }
      return media;
    },
    clear: () => uploaded.clear(),
  };
}
