import { applications as loads } from "@faultline/loadgen/applications";
import type { BenchApplication } from "./application.ts";
import { growHotel } from "./hotel-growth.ts";
import { social } from "./social.ts";

const hotel: BenchApplication = {
  yardstick: "grpc",
  loads: [{ name: "mixed", warmup: 1 }],
  begin: (seed) => (mix) => {
    const traffic = loads.hotel?.traffic({ seed, mix, base: "fresh", given: {} });
    if (!traffic) throw new Error("there is no traffic for the hotel");
    return traffic;
  },
  grow: growHotel,
};

/** Every application that can be measured, by its name on the command line. */
export const applications: Readonly<Record<string, BenchApplication>> = { hotel, social };
