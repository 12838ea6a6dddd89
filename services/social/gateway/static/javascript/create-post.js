import { compose, upload } from "./api.js";
import { createChosenFiles } from "./chosen-files.js";
import { byId, element } from "./element.js";
import { markFields, onSubmit } from "./form.js";
import { showSuccess } from "./notice.js";
import { fail } from "./page.js";

const draftKey = "draft";
const uncertain = "It may have been posted all the same: please look at your posts before you try again.";

/** The form for a new post; calls back when one is out. What is typed outlives a log-in in this tab. */
export function createPost(onPosted) {
  const [text, notice] = [byId("text"), byId("compose-notice")];
  const files = createChosenFiles();
  const uploaded = new Map();

  // Who is quick may have typed before this script was there.
  text.value ||= sessionStorage.getItem(draftKey) ?? "";
  text.addEventListener("input", () => sessionStorage.setItem(draftKey, text.value));

  /** Each file is sent once, even if posting has to be tried again. */
  async function uploadAll() {
    const media = [];
    for (const file of files.all()) {
      if (!uploaded.has(file)) {
        showSuccess(notice, `Sending ${file.name} …`);
        uploaded.set(file, await upload(file));
      }
      media.push(uploaded.get(file));
    }
    return media;
  }

  onSubmit(byId("compose"), async () => {
    notice.replaceChildren();
    if (!markFields([[text, text.value.trim() ? "" : "Write something."]])) return;
    let sent = false;
    try {
      const media = await uploadAll();
      sent = true;
      await compose({ text: text.value, media });
    } catch (failure) {
      fail(notice, failure, sent && failure.isUncertain ? { warning: uncertain } : {});
      return;
    }
    text.value = "";
    sessionStorage.removeItem(draftKey);
    files.clear();
    uploaded.clear();
    const own = element("a", { href: "profile.html" }, "your posts");
    showSuccess(notice, "Posted. It is among ", own, " and in your followers’ home timelines.");
    text.focus();
    onPosted?.();
  });
}
