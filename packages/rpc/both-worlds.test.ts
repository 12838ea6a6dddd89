import { setTimeout as sleep } from "node:timers/promises";
import { contextFromHeaders, traceparentOf } from "@faultline/telemetry/trace-context";
import { expect } from "vitest";
import { inBothThriftWorlds, inBothWorlds, type Start, testCall } from "./both-worlds.ts";
import type { Middleware } from "./call.ts";
import { Cancellation } from "./cancellation.ts";
import { Echo, echo, nothing } from "./echo-contract.ts";
import { invalidArgument, ServiceError, unavailable } from "./errors.ts";
import { ThriftEcho } from "./thrift/echo-contract.ts";

/** Every transport keeps the same promises, each with a contract of its own kind. */
function inEveryWorld(
  title: string,
  run: (start: Start, contract: typeof Echo) => Promise<void>,
): void {
  inBothWorlds(title, (start) => run(start, Echo));
  inBothThriftWorlds(`${title}, by a Thrift contract`, (start) =>
    run(start, ThriftEcho as unknown as typeof Echo),
  );
}

inBothThriftWorlds("a declared exception keeps its number and its words", async (start) => {
  const client = await start(
    ThriftEcho,
    echo(async () => {
      throw new ServiceError("failedPrecondition", "no such user", { exceptionCode: 6 });
    }),
  );

  await expect(client.say(nothing, testCall())).rejects.toMatchObject({
    code: "failedPrecondition",
    exceptionCode: 6,
    message: "no such user",
  });
  await expect(client.sing(nothing, testCall())).resolves.toEqual(nothing);
});

inEveryWorld("a call brings the handler's answer", async (start, Echo) => {
  const client = await start(
    Echo,
    echo(async ({ words }) => ({ number: 1, words: [...words, "you"] })),
  );

  const answer = await client.say({ number: 0, words: ["hello"] }, testCall());

  expect(answer).toEqual({ number: 1, words: ["hello", "you"] });
});

inBothWorlds("a number is as wide as the contract says", async (start) => {
  const client = await start(Echo, echo());

  const { number } = await client.say({ number: 37.7749, words: [] }, testCall());

  expect(number).toBe(Math.fround(37.7749));
});

inEveryWorld(
  "messages are copies: neither side sees the other change them",
  async (start, Echo) => {
    const words = ["kept"];
    const client = await start(
      Echo,
      echo(async (request) => {
        request.words.push("changed");
        return nothing;
      }),
    );

    await client.say({ number: 0, words }, testCall());

    expect(words).toEqual(["kept"]);
  },
);

inEveryWorld(
  "a handler's error reaches the caller with its code and its words",
  async (start, Echo) => {
    const client = await start(
      Echo,
      echo(async () => {
        throw unavailable("echo-db said no", { cause: new Error("kept on the server's side") });
      }),
    );

    const failure = client.say(nothing, testCall());

    await expect(failure).rejects.toMatchObject({
      code: "unavailable",
      message: "echo-db said no",
    });
    await expect(failure).rejects.not.toHaveProperty("cause");
  },
);

inEveryWorld(
  "a bug in a handler is an internal error, and the server goes on",
  async (start, Echo) => {
    let calls = 0;
    const client = await start(
      Echo,
      echo(async (request) => {
        if (++calls === 1) throw new TypeError("no such thing");
        return request;
      }),
    );

    await expect(client.say(nothing, testCall())).rejects.toMatchObject({
      code: "internal",
      message: "no such thing",
    });
    await expect(client.say(nothing, testCall())).resolves.toEqual(nothing);
  },
);

inEveryWorld(
  "an answer that the contract cannot carry is an internal error",
  async (start, Echo) => {
    const client = await start(
      Echo,
      echo(async () => JSON.parse("{}")),
    );

    await expect(client.say(nothing, testCall())).rejects.toMatchObject({ code: "internal" });
  },
);

inBothWorlds("a request that the contract cannot carry is an internal error", async (start) => {
  const client = await start(Echo, echo());

  await expect(client.say(JSON.parse("{}"), testCall())).rejects.toMatchObject({
    code: "internal",
  });
});

inEveryWorld("the caller's deadline travels to the handler", async (start, Echo) => {
  const deadlines: number[] = [];
  const client = await start(
    Echo,
    echo(async (request, call) => {
      deadlines.push(call.deadlineMs);
      return request;
    }),
  );
  const hourMs = 3_600_000;
  const scope = testCall({ withinMs: hourMs });

  await client.say(nothing, scope);

  // On the wire the deadline is a time-out, so the way there adds to it.
  expect(Math.abs((deadlines[0] ?? 0) - scope.deadlineMs)).toBeLessThan(hourMs / 2);
});

inEveryWorld("the deadline ends a call whose handler does not listen", async (start, Echo) => {
  const client = await start(
    Echo,
    echo(() => new Promise(() => {})),
  );

  await expect(client.say(nothing, testCall({ withinMs: 100 }))).rejects.toMatchObject({
    code: "deadlineExceeded",
    message: "context deadline exceeded",
  });
});

inEveryWorld("the handler's signal aborts at the deadline", async (start, Echo) => {
  const reason = Promise.withResolvers<unknown>();
  const client = await start(
    Echo,
    echo(async (request, { signal }) => {
      signal.addEventListener("abort", () => reason.resolve(signal.reason));
      await sleep(10_000, undefined, { signal });
      return request;
    }),
  );

  await client.sing(nothing, testCall());
  await expect(client.say(nothing, testCall({ withinMs: 500 }))).rejects.toMatchObject({
    code: "deadlineExceeded",
  });
  await expect(reason.promise).resolves.toHaveProperty("code");
});

inEveryWorld("a caller who gives up frees itself and stops the handler", async (start, Echo) => {
  const arrived = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<unknown>();
  const client = await start(
    Echo,
    echo(async (request, { signal }) => {
      arrived.resolve();
      await sleep(10_000, undefined, { signal }).catch(stopped.resolve);
      return request;
    }),
  );
  const cancellation = new Cancellation(Date.now() + 5_000);

  const failure = client.say(nothing, { ...testCall(), cancellation });
  await arrived.promise;
  cancellation.cancel();

  await expect(failure).rejects.toMatchObject({ code: "canceled", message: "context canceled" });
  await expect(stopped.promise).resolves.toMatchObject({ name: "AbortError" });
});

inEveryWorld("a plain abort signal stops a call too", async (start, Echo) => {
  const client = await start(
    Echo,
    echo(async (request, { signal }) => {
      await sleep(10_000, undefined, { signal });
      return request;
    }),
  );
  const controller = new AbortController();

  const failure = client.say(nothing, testCall({ signal: controller.signal }));
  controller.abort();

  await expect(failure).rejects.toMatchObject({ code: "canceled" });
});

inEveryWorld("a scope that is over calls nobody", async (start, Echo) => {
  let calls = 0;
  const client = await start(
    Echo,
    echo(async (request) => {
      calls++;
      return request;
    }),
  );
  const gone = testCall({ signal: AbortSignal.abort() });
  const late = testCall({ deadlineMs: Date.now() - 1 });

  await expect(client.say(nothing, gone)).rejects.toMatchObject({ code: "canceled" });
  await expect(client.say(nothing, late)).rejects.toMatchObject({ code: "deadlineExceeded" });
  expect(calls).toBe(0);
});

inEveryWorld("layers go around both sides, the first one outermost", async (start, Echo) => {
  const seen: string[] = [];
  const layer =
    (mark: string): Middleware =>
    (call, next) => {
      seen.push(`${mark} ${call.kind} ${call.name}`);
      return next(call);
    };
  const client = await start(Echo, echo(), {
    clientLayers: [layer("a"), undefined, layer("b")],
    serverLayers: [false, layer("c")],
  });

  await client.say(nothing, testCall());

  expect(seen).toEqual([
    "a client echo.Echo/Say",
    "b client echo.Echo/Say",
    "c server echo.Echo/Say",
  ]);
});

inEveryWorld("what a client's layer throws is what its caller gets", async (start, Echo) => {
  const client = await start(Echo, echo(), {
    clientLayers: [async () => Promise.reject(invalidArgument("not today"))],
  });

  await expect(client.say(nothing, testCall())).rejects.toMatchObject({
    code: "invalidArgument",
  });
});

inEveryWorld("the caller's place in a trace is the handler's parent", async (start, Echo) => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const client = await start(
    Echo,
    echo(async (_request, { context }) => ({
      number: 0,
      words: [traceparentOf(context) ?? "none"],
    })),
  );
  const context = contextFromHeaders({ traceparent });

  expect((await client.say(nothing, testCall({ context }))).words).toEqual([traceparent]);
  expect((await client.say(nothing, testCall())).words).toEqual(["none"]);
});
