import type { CallScope } from "@faultline/rpc/call";
import type { Mongo } from "@faultline/stores/mongo";
import { insertAbsent } from "../seeding.ts";
import type { StoredHotel } from "./profile.ts";

const hotelsMax = 80;

interface NamedHotel {
  readonly name: string;
  readonly phoneNumber: string;
  readonly street: readonly [number: string, name: string];
  readonly postalCode: string;
  readonly lat: number;
  readonly lon: number;
  readonly description: string;
}

const clift: NamedHotel = {
  name: "Clift Hotel",
  phoneNumber: "(415) 775-4700",
  street: ["495", "Geary St"],
  postalCode: "94102",
  lat: 37.7867,
  lon: -122.4112,
  description:
    "Rooms of polished calm above a lobby of playful oversized furniture: a designer's luxury hotel, " +
    "close to Union Square's shops and theatres and a few steps from the Muni line.",
};

const w: NamedHotel = {
  name: "W San Francisco",
  phoneNumber: "(415) 777-5300",
  street: ["181", "3rd St"],
  postalCode: "94103",
  lat: 37.7854,
  lon: -122.4005,
  description:
    "A lively, stylish hotel around the corner from Yerba Buena Center; Union Square is a short walk.",
};

const zetta: NamedHotel = {
  name: "Hotel Zetta",
  phoneNumber: "(415) 543-8555",
  street: ["55", "5th St"],
  postalCode: "94103",
  lat: 37.7834,
  lon: -122.4071,
  description:
    "For guests who like their gadgets: a bright hotel with a game room, three minutes on foot from the " +
    "Powell Street turntable and the BART station.",
};

const vitale: NamedHotel = {
  name: "Hotel Vitale",
  phoneNumber: "(415) 278-3700",
  street: ["8", "Mission St"],
  postalCode: "94105",
  lat: 37.7936,
  lon: -122.393,
  description:
    "On the waterfront, with the Bay Bridge outside the window, the Ferry Building next door and the " +
    "Financial District behind.",
};

const phoenix: NamedHotel = {
  name: "Phoenix Hotel",
  phoneNumber: "(415) 776-1380",
  street: ["601", "Eddy St"],
  postalCode: "94109",
  lat: 37.7831,
  lon: -122.4181,
  description:
    "A motor lodge of the Fifties in the Tenderloin, painted in the colours of its day. Bands on tour have " +
    "always stayed here, and there’s a pool in the courtyard where they meet after the show.",
};

const stRegis: NamedHotel = {
  name: "St. Regis San Francisco",
  phoneNumber: "(415) 284-4000",
  street: ["125", "3rd St"],
  postalCode: "94109",
  lat: 37.7863,
  lon: -122.4015,
  description:
    "Part of a tower of 42 floors, 484 feet tall, in the South of Market district; museums, gardens and the " +
    "convention centre stand all around it.",
};

/** Brings `profile-db` to its first state: 80 hotels. Running it again, or twice at once, changes nothing. */
export async function seedProfile(mongo: Mongo, scope: CallScope): Promise<void> {
  const hotels = mongo.collection<StoredHotel>("hotels");
  const named = [clift, w, zetta, vitale, phoenix, stRegis].map((hotel, index) =>
    documentOf(String(index + 1), hotel),
  );
  await insertAbsent(hotels, "id", [...named, ...lineHotels()], scope);
  await hotels.ensureIndex({ id: 1 }, scope);
}

/** Hotels 7 to 80 are all called alike and have one street address; only the point and the telephone differ. */
function lineHotels(): StoredHotel[] {
  return Array.from({ length: hotelsMax - 6 }, (_, index) => {
    const i = index + 7;
    const phoneNumber = `(415) 284-40${i}`;
    return documentOf(String(i), { ...stRegis, phoneNumber, ...linePoint(i) });
  });
}

/** The original computes these points in single precision, rounding after every step. */
function linePoint(i: number) {
  const { fround } = Math;
  const step = fround(i / 500);
  return {
    lat: fround(fround(37.7835) + fround(step * 3)),
    lon: fround(fround(-122.41) + fround(step * 4)),
  };
}

function documentOf(id: string, hotel: NamedHotel): StoredHotel {
  const [streetNumber, streetName] = hotel.street;
  return {
    _id: id,
    id,
    name: hotel.name,
    phoneNumber: hotel.phoneNumber,
    description: hotel.description,
    address: {
      streetNumber,
      streetName,
      city: "San Francisco",
      state: "CA",
      country: "United States",
      postalCode: hotel.postalCode,
      lat: Math.fround(hotel.lat),
      lon: Math.fround(hotel.lon),
    },
  };
}
