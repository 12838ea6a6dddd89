import { expect, test } from "vitest";
import { nothing } from "../echo-contract.ts";
import { testCall } from "../test-call.ts";
import { goodbye } from "./goodbye.ts";
import { answerCall, dial, held, number, type RawCall, rawServer, serve } from "./testing.ts";

const exhausted = {
  code: "resourceExhausted",
  exceptionCode: 1,
  message: "Failed to connect to echo",
};

test("a call that gets no connection in time fails with the words and the code of the originals", async () => {
  const { handlers, waiting } = held();
  const { address } = await serve({ handlers });
  const { client, ready } = dial([address], { poolMax: 1, poolWaitMs: 50 });
  await ready(testCall());
  const first = client.say(number(1), testCall());
  await expect.poll(() => waiting.length).toBe(1);
  await expect(client.say(number(2), testCall())).rejects.toMatchObject(exhausted);
  waiting.shift()?.();
  await expect(first).resolves.toEqual(number(1));
});

test("calls wait for a connection, as many as may, and are done in their turn", async () => {
  const { handlers, waiting } = held();
  const { address } = await serve({ handlers });
  const { client } = dial([address], { poolMax: 2 });
  const answers = [1, 2, 3, 4, 5].map((value) => client.say(number(value), testCall()));
  await expect.poll(() => waiting.length).toBe(2);
  const release = setInterval(() => waiting.shift()?.(), 5);
  await expect(Promise.all(answers)).resolves.toEqual([1, 2, 3, 4, 5].map(number));
  clearInterval(release);
});

test("further calls than may wait are refused at once", async () => {
  const { handlers, waiting } = held();
  const { address } = await serve({ handlers });
  const connection = dial([address], { poolMax: 1 });
  await connection.ready(testCall());
  const calls = Array.from({ length: 4_096 + 1 }, () =>
    connection.client.say(nothing, testCall()).catch((error: unknown) => error),
  );
  await expect.poll(() => waiting.length).toBe(1);
  await expect(connection.client.say(nothing, testCall())).rejects.toMatchObject(exhausted);
  connection.close();
  await Promise.all(calls);
});

test("a call that waits when a server says goodbye on one connection gets another", async () => {
  const heldUp: RawCall[] = [];
  const refused: RawCall[] = [];
  const { address, sockets } = await rawServer((call) => {
    if (call.saying.number === 1) heldUp.push(call);
    else if (refused.length > 0) answerCall(call);
    else {
      refused.push(call);
      call.socket.end(goodbye);
    }
  });
  const { client } = dial([address]);
  const first = client.say(number(1), testCall());
  await expect.poll(() => heldUp.length).toBe(1);
  await expect(client.say(number(2), testCall())).resolves.toEqual(number(2));
  expect(sockets).toHaveLength(3);
  for (const call of heldUp) answerCall(call);
  await expect(first).resolves.toEqual(number(1));
});

test("a client that is closed calls nobody", async () => {
  const connection = dial([(await serve()).address]);
  await connection.client.say(nothing, testCall());
  connection.close();
  await expect(connection.client.say(nothing, testCall())).rejects.toMatchObject({
    code: "unavailable",
    message: "the client of echo is closed",
  });
});
