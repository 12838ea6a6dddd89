import { Agent, get } from "node:http";
import type { ProfileHotel } from "@faultline/proto/hotel";
import { invalidArgument, unavailable } from "@faultline/rpc/errors";
import { startHttpServer } from "@faultline/rpc/http/server";
import { testCall } from "@faultline/rpc/test-call";
import { expect, onTestFinished, test } from "vitest";
import type { Backends } from "./backends.ts";
import { createFrontend } from "./frontend.ts";

/** Backends that know one hotel and one user, and what they were asked. */
function backends(changes: Partial<Backends> = {}): { backends: Backends; asked: string[] } {
  const asked: string[] = [];
  const answer =
    <Request, Response>(name: string, response: (request: Request) => Response) =>
    async (request: Request) => {
      asked.push(`${name} ${JSON.stringify(request)}`);
      return response(request);
    };
  const none = () => ({ attractionIds: [] });
  return {
    asked,
    backends: {
      attractions: {
        nearbyRest: answer("rest", () => ({ attractionIds: ["1", "2"] })),
        nearbyMus: answer("mus", none),
        nearbyCinema: answer("cinema", none),
      },
      profile: { getProfiles: answer("profiles", () => ({ hotels: [hotel] })) },
      recommendation: { getRecommendations: answer("recommend", () => ({ HotelIds: ["1"] })) },
      reservation: {
        makeReservation: answer("book", ({ hotelId }) => ({ hotelId })),
        checkAvailability: answer("free", ({ hotelId }) => ({ hotelId })),
      },
      review: { getReviews: answer("reviews", () => ({ reviews: [] })) },
      search: { nearby: answer("search", () => ({ hotelIds: ["1"] })) },
      user: { checkUser: answer("user", ({ password }) => ({ correct: password === "good" })) },
      ...changes,
    },
  };
}

const address = {
  ...{ streetNumber: "", streetName: "", city: "", state: "", country: "", postalCode: "" },
  ...{ lat: Math.fround(37.7867), lon: Math.fround(-122.4112) },
};
const hotel: ProfileHotel = {
  ...{ id: "1", name: "A <b> & c", phoneNumber: "1", description: "", address, images: [] },
};

async function open(changes: Partial<Backends> = {}) {
  const { backends: all, asked } = backends(changes);
  const handlers = createFrontend(all);
  const { log } = testCall();
  const server = await startHttpServer({
    ...{ handlers, service: "frontend", log, host: "127.0.0.1", port: 0 },
  });
  onTestFinished(() => server.close());
  return { url: `http://127.0.0.1:${server.port}`, asked };
}

const stay = "inDate=2015-04-09&outDate=2015-04-10";
const point = "lat=37.7749&lon=-122.4194";
const login = "username=u&password=good";
const booking = `/reservation?${stay}&hotelId=1&customerName=c&${login}&number=1`;

test("a search asks search, reservation and profile in turn, with a point in single precision", async () => {
  const { url, asked } = await open();

  const response = await fetch(`${url}/hotels?${stay}&${point}`);

  expect(response.status).toBe(200);
  expect(await response.text()).toBe(
    '{"features":[{"geometry":{"coordinates":[-122.4112,37.7867],"type":"Point"},"id":"1",' +
      '"properties":{"name":"A \\u003cb\\u003e \\u0026 c","phone_number":"1"},"type":"Feature"}],' +
      '"type":"FeatureCollection"}\n',
  );
  const days = '"inDate":"2015-04-09","outDate":"2015-04-10"';
  const [lat, lon] = [Math.fround(37.7749), Math.fround(-122.4194)];
  expect(asked).toEqual([
    `search {"lat":${lat},"lon":${lon},${days}}`,
    `free {"customerName":"","hotelId":["1"],${days},"roomNumber":1}`,
    'profiles {"hotelIds":["1"],"locale":"en"}',
  ]);
});

test("recommendations are asked for in double precision and the locale goes along", async () => {
  const { url, asked } = await open();

  await fetch(`${url}/recommendations?require=dis&${point}&locale=fr`);

  expect(asked).toEqual([
    'recommend {"require":"dis","lat":37.7749,"lon":-122.4194}',
    'profiles {"hotelIds":["1"],"locale":"fr"}',
  ]);
});

test("a hotel without an address is left out", async () => {
  const bare = { ...hotel, id: "2", address: undefined };
  const { url } = await open({ profile: { getProfiles: async () => ({ hotels: [bare, hotel] }) } });

  const response = await fetch(`${url}/hotels?${stay}&${point}`);
  const { features } = (await response.json()) as { features: { id: string }[] };

  expect(features.map(({ id }) => id)).toEqual(["1"]);
});

test("a booking with a wrong password is told so, and books nothing", async () => {
  const { url, asked } = await open();

  const response = await fetch(`${url}${booking.replace("good", "bad")}`, { method: "POST" });

  expect(response.status).toBe(200);
  expect(await response.text()).toBe(
    '{"message":"Failed. Please check your username and password. "}\n',
  );
  expect(asked).toEqual(['user {"username":"u","password":"bad"}']);
});

test("a browser gets no connection to use again after a booking, so that it cannot repeat one unasked", async () => {
  const { url } = await open();
  const connectionAfter = (path: string, mode?: string) =>
    new Promise((resolve, reject) => {
      const headers = mode === undefined ? {} : { "sec-fetch-mode": mode };
      const agent = new Agent({ keepAlive: true });
      get(path, { agent, headers }, (response) => {
        response.resume().on("end", () => agent.destroy());
        resolve(response.headers.connection);
      }).on("error", reject);
    });
  expect(await connectionAfter(`${url}${booking}`, "cors")).toBe("close");
  expect(await connectionAfter(`${url}${booking}`)).toBe("keep-alive");
  expect(await connectionAfter(`${url}/recommendations?lat=1&lon=1&require=dis`, "cors")).toBe(
    "keep-alive",
  );
});

test("HEAD learns whether there is a room, and never books", async () => {
  const { url, asked } = await open();

  const response = await fetch(`${url}${booking}`, { method: "HEAD" });

  expect(response.status).toBe(200);
  expect(asked.map((each) => each.split(" ")[0])).toEqual(["user", "free"]);
});

test.each(["PUT", "DELETE", "OPTIONS", "PATCH"])(
  "%s does nothing and is answered 405",
  async (method) => {
    const { url, asked } = await open();

    const response = await fetch(`${url}${booking}`, { method });

    expect(response.status).toBe(405);
    expect(asked).toEqual([]);
  },
);

test("checks come in the contract's order, each hiding those behind it", async () => {
  const { url } = await open();
  const complaints = [
    ["/hotels", "Please specify inDate/outDate params"],
    ["/hotels?inDate=x", "Please specify inDate/outDate params"],
    ["/hotels?inDate=x&outDate=y", "Please check inDate/outDate format (YYYY-MM-DD)"],
    [`/hotels?${stay}`, "Please specify location params"],
    [`/hotels?${stay}&lat=1`, "Please specify location params"],
    ["/recommendations", "Please specify location params"],
    ["/recommendations?lat=x&lon=1&require=cheap", "Please specify location params"],
    ["/recommendations?lat=1&lon=1", "Please specify require params"],
    ["/recommendations?lat=1&lon=1&require=DIS", "Please specify require params"],
    ["/user", "Please specify username and password"],
    ["/user?username=u", "Please specify username and password"],
    ["/user?username=u&password=", "Please specify username and password"],
    ["/reservation", "Please specify inDate/outDate params"],
    ["/reservation?inDate=2015-4-9&outDate=y", "Please check inDate/outDate format (YYYY-MM-DD)"],
    [`/reservation?${stay}`, "Please specify hotelId params"],
    [`/reservation?${stay}&hotelId=1`, "Please specify customerName params"],
    [
      `/reservation?${stay}&hotelId=1&customerName=c&number=x`,
      "Please specify username and password",
    ],
    ["/review", "Please specify username and password"],
    ["/restaurants?username=u", "Please specify username and password"],
    [`/museums?${login}`, "Please specify hotelId params"],
    ["/cinema?username=u&password=bad", "Please specify hotelId params"],
  ] as const;

  for (const [path, complaint] of complaints) {
    const response = await fetch(`${url}${path}`);
    expect([path, response.status, await response.text()]).toEqual([path, 400, `${complaint}\n`]);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "access-control-allow-origin": "*",
      "content-type": "text/plain; charset=utf-8",
      "x-content-type-options": "nosniff",
    });
  }
});

test.each(["2015-02-30", "2015-99-99", "2015-04-10", "2014-12-31", "2016-04-11"])(
  "a stay from 2015-04-10 to %s is refused, for searching and for booking",
  async (outDate) => {
    const { url, asked } = await open();
    const days = `inDate=2015-04-10&outDate=${outDate}`;

    for (const path of [`/hotels?${days}&${point}`, booking.replace(stay, days)]) {
      const response = await fetch(`${url}${path}`);
      expect(response.status).toBe(400);
      expect(await response.text()).toBe("Please check inDate/outDate format (YYYY-MM-DD)\n");
    }
    expect(asked).toEqual([]);
  },
);

test("the endpoints about one hotel tell how many, to who is logged in", async () => {
  const { url, asked } = await open();
  const ask = async (path: string) => {
    const response = await fetch(`${url}${path}`);
    return ((await response.json()) as { message: string }).message;
  };

  expect(await ask(`/restaurants?${login}&hotelId=1`)).toBe("Have restaurants = 2");
  expect(await ask(`/museums?${login}&hotelId=1`)).toBe("Failed. No Museums. ");
  expect(await ask(`/cinema?${login}&hotelId=1`)).toBe("Failed. No Cinemas. ");
  expect(await ask(`/review?${login}&hotelId=1`)).toBe("Failed. No Reviews. ");
  asked.length = 0;
  for (const path of ["/restaurants", "/museums", "/cinema", "/review"]) {
    expect(await ask(`${path}?username=u&password=bad&hotelId=1`)).toBe(
      "Failed. Please check your username and password. ",
    );
  }
  expect(asked.every((each) => each.startsWith("user "))).toBe(true);
});

test("a failing backend is a 500 in the words of the original, also where it refuses an argument", async () => {
  const { url } = await open({
    search: { nearby: () => Promise.reject(unavailable("no geo")) },
    review: { getReviews: () => Promise.reject(invalidArgument("odd")) },
  });

  const search = await fetch(`${url}/hotels?${stay}&${point}`);
  const review = await fetch(`${url}/review?${login}&hotelId=1`);

  expect(search.status).toBe(500);
  expect(await search.text()).toBe("rpc error: code = Unavailable desc = no geo\n");
  expect(search.headers.get("access-control-allow-origin")).toBe("*");
  expect(search.headers.get("x-content-type-options")).toBe("nosniff");
  expect(review.status).toBe(500);
  expect(await review.text()).toBe("rpc error: code = InvalidArgument desc = odd\n");
});

test("bytes that are not UTF-8 are read as replacement characters", async () => {
  const { url, asked } = await open();

  const response = await fetch(`${url}/user?username=%FF&password=a%80b`);

  expect(response.status).toBe(200);
  expect(asked).toEqual(['user {"username":"\ufffd","password":"a\ufffdb"}']);
});
