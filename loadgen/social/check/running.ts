/** A process or container of the running application. */
export interface Server {
  readonly name: string;
  /** `ready` when it serves. */
  readonly state: string;
  readonly url: string;
}

/** The running application, as whoever started it sees it. */
export interface Running {
  servers(): Promise<readonly Server[]>;
  /** Ends one as the machine would, without a chance to put anything in order. It is started again. */
  kill(server: string): Promise<void>;
}
