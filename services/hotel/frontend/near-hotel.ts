import type { Call } from "@faultline/rpc/call";
import { badLogin, message } from "./answers.ts";
import type { Backends } from "./backends.ts";
import type { Handle } from "./frontend.ts";
import { parseHotelId, parseLogin } from "./parameters.ts";

/** Tells somebody who is logged in how many of something there are near (or about) a hotel. */
export function nearHotel(
  { user }: Backends,
  what: "cinemas" | "museums" | "restaurants" | "reviews",
  count: (hotelId: string, call: Call) => Promise<number>,
): Handle {
  return async ({ query }, call) => {
    const login = parseLogin(query);
    const hotelId = parseHotelId(query);

    const { correct } = await user.checkUser(login, call);
    if (!correct) return message(badLogin);
    const found = await count(hotelId, call);
    const title = what.charAt(0).toUpperCase() + what.slice(1);
    return message(found > 0 ? `Have ${what} = ${found}` : `Failed. No ${title}. `);
  };
}
