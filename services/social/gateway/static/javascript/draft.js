const storageKey = "draft";

/** What was typed for a new post outlives a log-in in this tab, unless the browser keeps nothing, or no more. */
export const draft = {
  read: () => sessionStorage.getItem(storageKey) ?? "",
  keep(text) {
    try {
      sessionStorage.setItem(storageKey, text);
    } catch {
      // It is still in its field.
    }
  },
  forget: () => sessionStorage.removeItem(storageKey),
};
