import { createPost } from "./create-post.js";
import { whoIsHere } from "./page.js";

if (await whoIsHere()) createPost();
