import { followers } from "./api.js";
import { peopleList } from "./people-list.js";

/** Those who follow whoever is logged in. */
export function followerList(namesOf) {
  return peopleList("followers", { read: followers, namesOf, empty: "Nobody follows you yet." });
}
