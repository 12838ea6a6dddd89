import { unavailable } from "@faultline/rpc/errors";
import { testCall } from "@faultline/rpc/test-call";
import type { Collection } from "@faultline/stores/mongo";
import { expect, test } from "vitest";
import { createDownloads } from "./downloads.ts";
import type { StoredMedia } from "./media-frontend.ts";
import { MediaMemory } from "./media-memory.ts";

type FindBytes = Collection<StoredMedia>["findBytes"];

const film = Buffer.from("a film");

/** Downloads from a database that answers when and what it is told, with room for one film. */
function open() {
  const asked: { answer: PromiseWithResolvers<Buffer | null>; signal: AbortSignal }[] = [];
  const findBytes: FindBytes = (_filter, _field, { signal }) => {
    const answer = Promise.withResolvers<Buffer | null>();
    asked.push({ answer, signal });
    return answer.promise;
  };
  const downloads = createDownloads({ findBytes }, new MediaMemory(film.byteLength));
  return {
    asked,
    /** A request for a film; `answered` is called when it has its answer, or its client has left. */
    read(filename = "1.mp4", scope = testCall()) {
      const answered: (() => void)[] = [];
      const request = { whenAnswered: (work: () => void) => void answered.push(work) };
      const bytes = downloads.read(filename, request, scope);
      bytes.catch(() => {});
      return { bytes, answered: () => answered.forEach((work) => void work()) };
    },
  };
}

test("a film that many ask for at once is read once", async () => {
  const { read, asked } = open();
  const reads = Array.from({ length: 10 }, () => read());

  asked[0]?.answer.resolve(film);

  expect(await Promise.all(reads.map(({ bytes }) => bytes))).toEqual(Array(10).fill(film));
  expect(asked).toHaveLength(1);
});

test.for([unavailable("no database"), null])(
  "what could not be read, or is not there (%s), is asked for again by who comes next",
  async (trouble) => {
    const { read, asked } = open();
    const first = [read(), read()];
    if (trouble) asked[0]?.answer.reject(trouble);
    else asked[0]?.answer.resolve(null);
    const outcomes = await Promise.allSettled(first.map(({ bytes }) => bytes));
    const outcome = trouble ? { reason: trouble } : { value: undefined };
    expect(outcomes).toMatchObject([outcome, outcome]);

    const next = read();
    asked[1]?.answer.resolve(film);

    expect(await next.bytes).toBe(film);
  },
);

test("who leaves while a film is read does not end that for the others", async () => {
  const { read, asked } = open();
  const leaving = new AbortController();
  const left = read("1.mp4", testCall({ signal: leaving.signal }));
  const staying = read();

  leaving.abort();
  await expect(left.bytes).rejects.toMatchObject({ code: "canceled" });
  left.answered();
  asked[0]?.answer.resolve(film);

  expect(await staying.bytes).toBe(film);
});

test("once all have left, a film is not read on, and takes no room", async () => {
  const { read, asked } = open();
  const left = read();
  left.answered();
  expect(asked[0]?.signal.aborted).toBe(true);
  asked[0]?.answer.resolve(film);
  await expect(left.bytes).rejects.toMatchObject({ code: "canceled" });

  const other = read("2.mp4");
  asked[1]?.answer.resolve(film);

  expect(await other.bytes).toBe(film);
});
