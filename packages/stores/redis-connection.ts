import type { CallScope } from "@faultline/rpc/call";
import { exhausted, type ServiceError, unavailable } from "@faultline/rpc/errors";
import { createOutage } from "./outage.ts";
import type { RedisAddress } from "./redis-address.ts";
import { RedisServerError, refusedBy, tooLate, toRedisError } from "./redis-errors.ts";
import { openRedis, type RedisLife, type Reply } from "./redis-life.ts";
import { throwIfOver, withinScope } from "./within-scope.ts";

export interface RedisConnectionSettings extends RedisAddress {
  /** The name for errors: `home-timeline-redis`. */
  readonly peer: string;
  /** With TLS: who may sign the server's certificate, as PEM text; without, whom the system trusts. */
  readonly ca?: string | Buffer | undefined;
  /** How long the server may take to answer, or to be connected to. */
  readonly timeoutMs: number;
  /** Commands that may wait for their answers; more are `resourceExhausted`. */
  readonly commandsMax: number;
  /** How long nobody tries again after a failure. */
  readonly retryAfterMs: number;
}

/** What waits for answers. */
interface Exchange {
  readonly sentAtMs: number;
  fail(error: ServiceError): void;
}

/**
 * One connection to one Redis, opened when needed and whenever it was lost; the name is resolved anew each time.
 * Commands are pipelined. A caller may leave; its answer is then dropped. A server that stays silent for
 * `timeoutMs` loses the connection.
 */
export class RedisConnection {
  readonly #settings: RedisConnectionSettings;
  readonly #outage;
  /** In the order of sending. */
  readonly #exchanges = new Set<Exchange>();
  #life: RedisLife | undefined;
  #commands = 0;
  #silence: NodeJS.Timeout | undefined;
  #lastFailure: ServiceError | undefined;
  #closed = false;

  constructor(settings: RedisConnectionSettings) {
    this.#settings = settings;
    this.#outage = createOutage(settings.retryAfterMs);
  }

  /** Sends commands in one go and waits for all their answers. Throws what the server said to the first it refused. */
  send(commands: readonly (readonly string[])[], scope: CallScope): Promise<readonly Reply[]> {
    return this.#within(scope, commands.length, async (life) => {
      if (!life.isOpen) await life.opened;
      return life.send(commands);
    });
  }

  /** The run id of the server now connected. */
  runId(scope: CallScope): Promise<string> {
    return this.#within(scope, 1, (life) => life.opened);
  }

  /** Fails what is still waiting. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#life) this.#lose(this.#life, this.#closedError());
  }

  async #within<Result>(
    scope: CallScope,
    commands: number,
    work: (life: RedisLife) => Promise<Result>,
  ): Promise<Result> {
    throwIfOver(scope);
    this.#admit(commands);
    this.#life ??= this.#open();
    return withinScope(this.#exchange(this.#life, commands, work), scope);
  }

  #admit(commands: number): void {
    const { peer, commandsMax } = this.#settings;
    if (this.#closed) throw this.#closedError();
    if (this.#commands + commands > commandsMax)
      throw exhausted(`too many requests already wait for ${peer}`);
    if (this.#outage.admits()) return;
    const { cause } = this.#lastFailure ?? {};
    throw cause instanceof RedisServerError
      ? refusedBy(peer, cause)
      : unavailable(`${peer} cannot be reached`, { cause });
  }

  #open(): RedisLife {
    const life = openRedis(this.#settings, (cause) =>
      this.#lose(life, toRedisError(cause, this.#settings.peer)),
    );
    life.opened.then(
      () => this.#outage.answered(),
      (error) => this.#fail(life, toRedisError(error, this.#settings.peer)),
    );
    return life;
  }

  #exchange<Result>(
    life: RedisLife,
    commands: number,
    work: (life: RedisLife) => Promise<Result>,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      const exchange: Exchange = { sentAtMs: performance.now(), fail: reject };
      this.#exchanges.add(exchange);
      this.#commands += commands;
      this.#silence ??= setTimeout(this.#checkSilence, this.#settings.timeoutMs);
      work(life)
        .finally(() => {
          this.#exchanges.delete(exchange);
          this.#commands -= commands;
        })
        .then(resolve, (error) => reject(toRedisError(error, this.#settings.peer)));
    });
  }

  readonly #checkSilence = (): void => {
    this.#silence = undefined;
    const [oldest] = this.#exchanges;
    if (!oldest || !this.#life) return;
    const { peer, timeoutMs } = this.#settings;
    const leftMs = oldest.sentAtMs + timeoutMs - performance.now();
    if (leftMs > 0) this.#silence = setTimeout(this.#checkSilence, leftMs);
    else this.#fail(this.#life, tooLate(peer, timeoutMs));
  };

  /** The server is not there, or not for us: others are spared the wait for a while. */
  #fail(life: RedisLife, error: ServiceError): void {
    if (this.#life !== life) return;
    this.#lastFailure = error;
    this.#outage.failed();
    this.#lose(life, error);
  }

  #lose(life: RedisLife, error: ServiceError): void {
    if (this.#life !== life) return;
    this.#life = undefined;
    clearTimeout(this.#silence);
    this.#silence = undefined;
    if (this.#exchanges.size > 0 && !this.#closed) {
      this.#lastFailure = error;
      this.#outage.failed();
    }
    for (const exchange of [...this.#exchanges]) exchange.fail(error);
    life.end();
  }

  #closedError(): ServiceError {
    return unavailable(`the connection to ${this.#settings.peer} is closed`);
  }
}
