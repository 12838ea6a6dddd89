import { type GeoClient, type RateClient, type RatePlan, Search } from "@faultline/proto/hotel";
import { inBothWorlds, testCall } from "@faultline/rpc/both-worlds";
import { expect } from "vitest";
import { createSearchByPosition } from "./search-by-position.ts";

const request = { lat: 1.5, lon: 2.5, inDate: "2015-04-09", outDate: "2015-04-10" };

function plan(hotelId: string): RatePlan {
  return { hotelId, code: "RACK", inDate: "", outDate: "", roomType: undefined };
}

function clients(near: readonly string[], plans: readonly RatePlan[]): [GeoClient, RateClient] {
  return [
    { nearby: async () => ({ hotelIds: [...near] }) },
    { getRates: async () => ({ ratePlans: [...plans] }) },
  ];
}

inBothWorlds(
  "it fails where a hotel nearby has no plan, and is right by luck elsewhere",
  async (start) => {
    const lacking = await start(
      Search,
      createSearchByPosition(...clients(["1", "2"], [plan("2")])),
    );
    const complete = await start(Search, createSearchByPosition(...clients(["1"], [plan("1")])));
    const empty = await start(Search, createSearchByPosition(...clients([], [])));

    await expect(lacking.nearby(request, testCall())).rejects.toMatchObject({ code: "internal" });
    expect(await complete.nearby(request, testCall())).toEqual({ hotelIds: ["1"] });
    expect(await empty.nearby(request, testCall())).toEqual({ hotelIds: [] });
  },
);
