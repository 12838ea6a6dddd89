import { deepEqual, equal } from "node:assert/strict";
import { type GoldenVector, goldenVectors } from "./golden-vectors.ts";

interface FeatureCollection {
  readonly features: readonly { readonly id: string }[];
}

const deadlineMs = 20_000;
const place = "lat=38.0235&lon=-122.095";

/** The application as its users see it. Every method rejects when the answer is not the right one. */
export function openFrontDoor(url: string) {
  const ask = async (target: string) => {
    const response = await fetch(url + target, { signal: AbortSignal.timeout(deadlineMs) });
    return { status: response.status, body: (await response.text()).replace(/\n$/, "") };
  };
  const check = async ({ target, status, answer }: GoldenVector) => {
    const got = await ask(target);
    equal(got.status, status, `${target} answered ${got.status} ${got.body}`);
    const right = typeof answer === "string" ? answer : answer.toSorted();
    deepEqual(typeof answer === "string" ? got.body : idsOf(got.body), right, target);
  };
  return {
    status: async (target: string) => (await ask(target)).status,
    async answersGoldenVectors(): Promise<number> {
      for (const vector of goldenVectors) await check(vector);
      return goldenVectors.length;
    },
    /** Books rooms of hotel 39, which has 200 for every night. */
    async books(inDate: string, outDate: string, rooms: number): Promise<void> {
      const guest = "customerName=Cornell_1&username=Cornell_1&password=1111111111";
      const stay = `hotelId=39&inDate=${inDate}&outDate=${outDate}&number=${rooms}`;
      const answer = '{"message":"Reserve successfully!"}';
      await check({ target: `/reservation?${stay}&${guest}`, status: 200, answer });
    },
    /** The hotels near hotel 39 that have a room from one day to another. */
    async offers(inDate: string, outDate: string, ids: readonly string[]): Promise<void> {
      const target = `/hotels?inDate=${inDate}&outDate=${outDate}&${place}`;
      await check({ target, status: 200, answer: ids });
    },
  };
}

export type FrontDoor = ReturnType<typeof openFrontDoor>;

function idsOf(body: string): string[] {
  const { features }: FeatureCollection = JSON.parse(body);
  return features.map(({ id }) => id).toSorted();
}
