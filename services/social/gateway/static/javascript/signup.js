import { register } from "./api.js";
import { byId } from "./element.js";
import { markFields, onSubmit } from "./form.js";
import { showFailure } from "./notice.js";

const notice = byId("notice");
const [firstName, lastName] = [byId("first-name"), byId("last-name")];
const [username, password] = [byId("username"), byId("password")];

onSubmit(byId("signup"), async () => {
  notice.replaceChildren();
  const complete = markFields([
    [firstName, firstName.value ? "" : "Enter your first name."],
    [lastName, lastName.value ? "" : "Enter your last name."],
    [username, wrongWithName(username.value)],
    [password, password.value ? "" : "Choose a password."],
  ]);
  if (!complete) return;
  try {
    await register({
      first_name: firstName.value,
      last_name: lastName.value,
      username: username.value,
      password: password.value,
    });
    location.assign(`index.html?registered=${encodeURIComponent(username.value)}`);
  } catch (failure) {
    showFailure(notice, failure);
    if (failure.kind === "refused") username.focus();
  }
});

function wrongWithName(name) {
  if (!name) return "Choose a user name.";
  return /^[A-Za-z0-9_-]+$/.test(name) ? "" : "Use letters, digits, hyphens and underscores only.";
}
