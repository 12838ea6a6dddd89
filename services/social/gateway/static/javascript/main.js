import { createPost } from "./create-post.js";
import { whoIsHere } from "./page.js";
import { showTimeline } from "./timeline.js";

const empty = "Nothing here yet. Follow somebody under People, and their posts will come here.";

if (await whoIsHere()) {
  const load = showTimeline("home", { empty });
  createPost(load);
  await load();
}
