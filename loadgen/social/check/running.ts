/** A process or container of the running application. */
export interface Server {
  readonly name: string;
  /** `ready` when it serves. */
  readonly state: string;
  readonly url: string;
}

/** The running application, as whoever started it sees it. */
export interface Running {
  /** A PEM file of who has signed the certificates of those stores whose URLs say that they speak TLS. */
  readonly caFile?: string;
  servers(): Promise<readonly Server[]>;
  /**
   * Ends one as the machine would, without a chance to put anything in order; it is started again. Answers whether
   * there was anything to end.
   */
  kill(server: string): Promise<boolean>;
}
