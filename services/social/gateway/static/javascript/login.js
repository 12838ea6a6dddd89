import { logIn } from "./api.js";
import { byId } from "./element.js";
import { markFields, onSubmit } from "./form.js";
import { showFailure, showSuccess } from "./notice.js";

const [username, password, notice] = [byId("username"), byId("password"), byId("notice")];
const parameters = new URLSearchParams(location.search);
const registered = parameters.get("registered");

if (registered) {
  username.value = registered;
  showSuccess(notice, `Welcome, ${registered}. You can log in now.`);
} else if (parameters.has("again")) {
  showSuccess(notice, "You are not logged in any more. Please log in again.");
}

onSubmit(byId("login"), async () => {
  const complete = markFields([
    [username, username.value ? "" : "Enter your user name."],
    [password, password.value ? "" : "Enter your password."],
  ]);
  if (!complete) return;
  try {
    await logIn({ username: username.value, password: password.value });
    location.assign(`main.html?username=${encodeURIComponent(username.value)}`);
  } catch (failure) {
    showFailure(notice, failure);
    password.focus();
  }
});
