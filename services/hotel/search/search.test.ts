import type { GeoClient, RateClient, RatePlan } from "@faultline/proto/hotel";
import { Search } from "@faultline/proto/hotel";
import { inBothWorlds, testCall } from "@faultline/rpc/both-worlds";
import { ServiceError, unavailable } from "@faultline/rpc/errors";
import { expect } from "vitest";
import { createSearch } from "./search.ts";

const request = { lat: 1.5, lon: 2.5, inDate: "2015-04-09", outDate: "2015-04-10" };

function plan(hotelId: string): RatePlan {
  return { hotelId, code: "RACK", inDate: "", outDate: "", roomType: undefined };
}

inBothWorlds("search gives one id per rate plan, in the order of the plans", async (start) => {
  const asked: unknown[] = [];
  const geo: GeoClient = {
    nearby: async (point) => {
      asked.push(point);
      return { hotelIds: ["1", "2", "3"] };
    },
  };
  const rate: RateClient = {
    getRates: async (stay) => {
      asked.push(stay);
      return { ratePlans: [plan("3"), plan("1"), plan("3")] };
    },
  };
  const search = await start(Search, createSearch(geo, rate));

  expect(await search.nearby(request, testCall())).toEqual({ hotelIds: ["3", "1", "3"] });
  expect(asked).toEqual([
    { lat: 1.5, lon: 2.5 },
    { hotelIds: ["1", "2", "3"], inDate: "2015-04-09", outDate: "2015-04-10" },
  ]);
});

inBothWorlds("rates are asked for even where no hotel is near", async (start) => {
  const asked: (readonly string[])[] = [];
  const geo: GeoClient = { nearby: async () => ({ hotelIds: [] }) };
  const rate: RateClient = {
    getRates: async ({ hotelIds }) => {
      asked.push(hotelIds);
      return { ratePlans: [] };
    },
  };
  const search = await start(Search, createSearch(geo, rate));

  expect(await search.nearby(request, testCall())).toEqual({ hotelIds: [] });
  expect(asked).toEqual([[]]);
});

inBothWorlds("a failure of geo or rate reaches the caller as it was", async (start) => {
  const failing = async () => Promise.reject(unavailable("mongodb-geo does not answer"));
  const geo: GeoClient = { nearby: async () => ({ hotelIds: ["1"] }) };
  const rate: RateClient = { getRates: async () => ({ ratePlans: [] }) };
  const withoutGeo = await start(Search, createSearch({ nearby: failing }, rate));
  const withoutRate = await start(Search, createSearch(geo, { getRates: failing }));
  const failure = new ServiceError("unavailable", "mongodb-geo does not answer");

  await expect(withoutGeo.nearby(request, testCall())).rejects.toEqual(failure);
  await expect(withoutRate.nearby(request, testCall())).rejects.toEqual(failure);
});
