import { join } from "node:path";
import type { Call } from "@faultline/rpc/call";
import type { HttpAnswer, HttpHandlers, HttpRequest, Route } from "@faultline/rpc/http/route";
import { badLogin, message, renderError } from "./answers.ts";
import type { Backends } from "./backends.ts";
import { featureCollection } from "./geo-json.ts";
import { nearHotel } from "./near-hotel.ts";
import {
  BadRequest,
  parseHotelId,
  parseLogin,
  parsePoint,
  parsePoint32,
  parseRooms,
  parseStay,
  required,
} from "./parameters.ts";

/** The front door of Hotel Reservation: its HTTP routes, and the page that uses them. */
export function createFrontend(backends: Backends): HttpHandlers {
  const { attractions, review } = backends;
  const routes: Record<string, Handle> = {
    "/cinema": nearHotel(backends, "cinemas", async (hotelId, call) => {
      return (await attractions.nearbyCinema({ hotelId }, call)).attractionIds.length;
    }),
    "/hotels": hotels(backends),
    "/museums": nearHotel(backends, "museums", async (hotelId, call) => {
      return (await attractions.nearbyMus({ hotelId }, call)).attractionIds.length;
    }),
    "/recommendations": recommendations(backends),
    "/reservation": onOwnConnection(reservation(backends)),
    "/restaurants": nearHotel(backends, "restaurants", async (hotelId, call) => {
      return (await attractions.nearbyRest({ hotelId }, call)).attractionIds.length;
    }),
    "/review": nearHotel(backends, "reviews", async (hotelId, call) => {
      return (await review.getReviews({ hotelId }, call)).reviews.length;
    }),
    "/user": user(backends),
  };
  return {
    routes: Object.entries(routes).map(([path, handle]) => route(path, handle)),
    staticFolder: join(import.meta.dirname, "static"),
    headers: { "Access-Control-Allow-Origin": "*" },
    renderError,
  };
}

/** What a route does with a request. */
export type Handle = (request: HttpRequest, call: Call) => Promise<HttpAnswer>;

/** GET and POST do the same on every route: known clients book with both. */
function route(path: string, handle: Handle): Route {
  return {
    methods: ["GET", "HEAD", "POST"],
    path,
    async handle(request, call) {
      try {
        return await handle(request, call);
      } catch (error) {
        // A client's mistake is an answer like any other; everything else is a failure to record.
        if (error instanceof BadRequest) return renderError(error);
        throw error;
      }
    },
  };
}

/**
 * A browser that finds a used connection broken sends its request again, unasked, and a booking would be made twice.
 * So a browser gets no connection to use again after a booking; other clients do not repeat by themselves.
 */
function onOwnConnection(handle: Handle): Handle {
  return async (request, call) => {
    const answer = await handle(request, call);
    if (request.headers["sec-fetch-mode"] === undefined) return answer;
    return { ...answer, headers: { ...answer.headers, connection: "close" } };
  };
}

function hotels({ search, reservation, profile }: Backends): Handle {
  return async ({ query }, call) => {
    const stay = parseStay(query);
    const point = parsePoint32(query);
    const locale = query.get("locale") || "en";

    const near = await search.nearby({ ...point, ...stay }, call);
    const { hotelId: hotelIds } = await reservation.checkAvailability(
      { customerName: "", hotelId: near.hotelIds, ...stay, roomNumber: 1 },
      call,
    );
    const profiles = await profile.getProfiles({ hotelIds, locale }, call);
    return { body: featureCollection(profiles.hotels) };
  };
}

function recommendations({ recommendation, profile }: Backends): Handle {
  const requirements = ["dis", "rate", "price"];
  return async ({ query }, call) => {
    const point = parsePoint(query);
    const complaint = "Please specify require params";
    const require = required(query, "require", complaint);
    if (!requirements.includes(require)) throw new BadRequest(complaint);
    const locale = query.get("locale") || "en";

    const best = await recommendation.getRecommendations({ require, ...point }, call);
    const profiles = await profile.getProfiles({ hotelIds: best.HotelIds, locale }, call);
    return { body: featureCollection(profiles.hotels) };
  };
}

function user({ user }: Backends): Handle {
  return async ({ query }, call) => {
    const { correct } = await user.checkUser(parseLogin(query), call);
    return message(correct ? "Login successfully!" : badLogin);
  };
}

function reservation({ user, reservation }: Backends): Handle {
  return async ({ query, method }, call) => {
    const stay = parseStay(query);
    const hotelId = [parseHotelId(query)];
    const customerName = required(query, "customerName", "Please specify customerName params");
    const login = parseLogin(query);
    const roomNumber = parseRooms(query);

    const { correct } = await user.checkUser(login, call);
    if (!correct) return message(badLogin);
    const request = { customerName, hotelId, ...stay, roomNumber };
    // HEAD promises to change nothing: it only learns what a booking would be told.
    const { hotelId: booked } =
      method === "HEAD"
        ? await reservation.checkAvailability(request, call)
        : await reservation.makeReservation(request, call);
    return message(booked.length > 0 ? "Reserve successfully!" : "Failed. Already reserved. ");
  };
}
