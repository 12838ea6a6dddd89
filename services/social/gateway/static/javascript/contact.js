import { followees, follow, unfollow } from "./api.js";
import { byId } from "./element.js";
import { markFields, onSubmit } from "./form.js";
import { followeeList } from "./get-followee.js";
import { followerList } from "./get-follower.js";
import { knownNames, rememberName } from "./known-names.js";
import { showSuccess } from "./notice.js";
import { fail, whoIsHere } from "./page.js";

if (await whoIsHere()) {
  // Names are a help only: without them the lists are still right.
  const namesOf = () => knownNames().catch(() => new Map());
  const [loadFollowees, loadFollowers] = [followeeList(namesOf), followerList(namesOf)];

  personForm("follow", followNamed, (name) => `You follow ${name} now.`, loadFollowees);
  personForm("unfollow", unfollow, (name) => `You do not follow ${name} any more.`, loadFollowees);
  await Promise.all([loadFollowees(), loadFollowers()]);
}

/** Whoever is new in the list afterwards is the one whose name was typed. */
async function followNamed(name) {
  const before = new Set(await followees());
  await follow(name);
  const added = (await followees()).filter((id) => !before.has(id));
  if (added.length === 1) rememberName(added[0], name);
}

function personForm(id, act, done, load) {
  const [input, notice] = [byId(`${id}-name`), byId(`${id}-notice`)];
  onSubmit(byId(id), async () => {
    notice.replaceChildren();
    const name = input.value.trim();
    if (!markFields([[input, name ? "" : "Enter a user name."]])) return;
    try {
      await act(name);
    } catch (failure) {
      fail(notice, failure);
      input.focus();
      return;
    }
    input.value = "";
    showSuccess(notice, done(name));
    await load();
  });
}
