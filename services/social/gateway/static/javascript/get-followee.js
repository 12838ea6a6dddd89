import { followees } from "./api.js";
import { peopleList } from "./people-list.js";

/** Those whom whoever is logged in follows. */
export function followeeList(namesOf) {
  return peopleList("followees", { read: followees, namesOf, empty: "You do not follow anybody yet." });
}
