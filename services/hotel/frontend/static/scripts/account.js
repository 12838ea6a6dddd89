import { checkUser } from "./api.js";
import { byId, element } from "./element.js";
import { Failure } from "./failure.js";
import { markFields } from "./field.js";
import { showFailure, showSentence } from "./notice.js";
import { withProgress } from "./waiting.js";

/**
 * Who is signed in. Name and password live in this closure and nowhere else: they are gone
 * when the person signs out or the page is left.
 */
export function createAccount({ onSignOut }) {
  const dialog = byId("sign-in");
  const [username, password] = [byId("username"), byId("password")];
  const [progress, notice] = [byId("sign-in-progress"), byId("sign-in-notice")];
  let user;
  let attempt;

  render();
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    signIn();
  });
  dialog.querySelector(".cancel").addEventListener("click", () => dialog.close());
  // Browsers may keep a page that was left, to go back to it quickly.
  window.addEventListener("pagehide", () => user && forget());
  dialog.addEventListener("close", () => {
    attempt?.abort();
    password.value = "";
  });

  async function signIn() {
    const filled = markFields([
      [username, username.value ? "" : "Enter your user name."],
      [password, password.value ? "" : "Enter your password."],
    ]);
    if (!filled || attempt) return;

    const tried = { username: username.value, password: password.value };
    attempt = new AbortController();
    notice.replaceChildren();
    try {
      const label = "Checking user name and password…";
      const right = await withProgress(progress, { label, controller: attempt }, (signal) =>
        checkUser(tried, signal),
      );
      if (right) welcome(tried);
      else refuse();
    } catch (failure) {
      showSignInFailure(failure);
    } finally {
      attempt = undefined;
    }
  }

  function welcome(tried) {
    user = tried;
    render();
    dialog.close();
  }

  function refuse() {
    showSentence(notice, "User name and password do not belong together. Please check both.");
    password.select();
    password.focus();
  }

  function showSignInFailure(failure) {
    if (dialog.open) showFailure(notice, failure);
    if (!(failure instanceof Failure)) throw failure;
  }

  function render() {
    const action = user
      ? element("button", { type: "button", click: forget }, "Sign out")
      : element("button", { type: "button", click: () => ask() }, "Sign in");
    const who = element("span", { role: "status" }, user ? `Signed in as ${user.username}` : "");
    byId("account").replaceChildren(who, action);
  }

  function forget() {
    user = undefined;
    render();
    byId("account").querySelector("button").focus();
    onSignOut();
  }

  /** Answers the user, asking for name and password first if need be; undefined if cancelled. */
  async function ask(reason) {
    if (user) return user;

    const place = byId("sign-in-reason");
    place.textContent = reason ?? "";
    place.hidden = !reason;
    notice.replaceChildren();
    markFields([
      [username, ""],
      [password, ""],
    ]);
    dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    return user;
  }

  return { ask, forget, current: () => user };
}
