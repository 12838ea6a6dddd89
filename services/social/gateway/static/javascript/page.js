import { logOut, session } from "./api.js";
import { byId, element } from "./element.js";
import { showFailure } from "./notice.js";

/** Leaves for the log-in page. What was typed but not sent is kept for this tab. */
export function toLogin() {
  location.assign("index.html?again");
}

/** Says a failure in `place`; if the session is over, goes to where one logs in. */
export function fail(place, failure, options) {
  if (failure.kind === "login") toLogin();
  else showFailure(place, failure, options);
}

/** Who is logged in, shown at the top; goes to the log-in page, and answers nothing, if nobody is. */
export async function whoIsHere() {
  const account = byId("account");
  try {
    const user = await session();
    if (user) account.replaceChildren(...accountOf(user, account));
    else toLogin();
    return user;
  } catch (failure) {
    showFailure(account, failure, { retry: () => location.reload() });
    return undefined;
  }
}

function accountOf({ username }, account) {
  const leave = async () => {
    try {
      await logOut();
      sessionStorage.clear();
      location.assign("index.html");
    } catch (failure) {
      showFailure(account, failure, { retry: leave });
    }
  };
  return [
    element("span", {}, username),
    element("button", { type: "button", click: leave }, "Log out"),
  ];
}
