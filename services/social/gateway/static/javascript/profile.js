import { follow, unfollow } from "./api.js";
import { byId, element } from "./element.js";
import { showSuccess } from "./notice.js";
import { fail, whoIsHere } from "./page.js";
import { showTimeline } from "./timeline.js";

const user = await whoIsHere();
const username = new URLSearchParams(location.search).get("username");
if (user && (!username || username === user.username)) await showOwn();
else if (user) await showOther(username);

async function showOwn() {
  await showTimeline("user", { empty: "You have not posted anything yet." })();
}

async function showOther(name) {
  document.title = `Posts by ${name} · Social Network`;
  byId("profile-heading").textContent = name;
  byId("profile-hint").textContent = `Of ${name}’s posts, those that came to your home timeline.`;
  document.querySelector("nav [aria-current]").removeAttribute("aria-current");
  byId("profile-actions").append(
    action("Follow", follow, `You follow ${name} now.`, name),
    action("Unfollow", unfollow, `You do not follow ${name} any more.`, name),
  );
  const wanted = ({ creator }) => creator.username === name;
  await showTimeline("home", { wanted, empty: `No posts by ${name} have come to you.` })();
}

function action(label, act, done, name) {
  const notice = byId("profile-notice");
  const click = async () => {
    try {
      await act(name);
      showSuccess(notice, done);
    } catch (failure) {
      fail(notice, failure, { retry: click });
    }
  };
  return element("button", { type: "button", click }, label);
}
