import { expect, test } from "vitest";
import { nightsOfStay } from "./stay-dates.ts";

test("a stay has one night per day, the day of departure not counted", () => {
  expect(nightsOfStay("2015-12-30", "2016-01-02")).toEqual([
    { inDate: "2015-12-30", outDate: "2015-12-31" },
    { inDate: "2015-12-31", outDate: "2016-01-01" },
    { inDate: "2016-01-01", outDate: "2016-01-02" },
  ]);
});

test("years from 0000 to 9999 and leap days are in the calendar", () => {
  expect(nightsOfStay("0000-01-01", "0000-01-02")).toHaveLength(1);
  expect(nightsOfStay("9999-12-30", "9999-12-31")).toHaveLength(1);
  expect(nightsOfStay("2016-02-28", "2016-03-01")).toHaveLength(2);
  expect(nightsOfStay("2015-03-28", "2015-03-30")).toHaveLength(2);
});

test.each([
  ["2015-04-09", "2015-04-09"],
  ["2015-04-10", "2015-04-09"],
  ["2015-02-30", "2015-03-02"],
  ["2015-99-99", "2015-04-10"],
  ["2015-4-9", "2015-04-10"],
  ["2015-04-09", ""],
  [" 2015-04-09", "2015-04-10"],
  ["2015-04-09\n", "2015-04-10"],
  ["2015-04-09T00:00", "2015-04-10"],
  ["20150409", "20150410"],
  ["١٢٣٤-01-01", "2015-04-10"],
  ["2015-02-29", "2015-03-01"],
  ["+002015-01", "2015-04-10"],
])("from %j to %j is no stay", (inDate, outDate) => {
  expect(nightsOfStay(inDate, outDate)).toBeUndefined();
});

test("a stay has at most 366 nights", () => {
  expect(nightsOfStay("2015-01-01", "2016-01-02")).toHaveLength(366);
  expect(nightsOfStay("2015-01-01", "2016-01-03")).toBeUndefined();
});
