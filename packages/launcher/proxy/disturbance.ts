/** What a proxy does to the bytes of a connection that passes. Nothing set: they pass as they are. */
export interface Disturbance {
  /** How long each byte of the callee's is on its way. */
  readonly delayMs?: number;
  /** The delay is up to so much longer or shorter. */
  readonly jitterMs?: number;
  /** Connections are taken and stay silent, both ways. */
  readonly stalls?: boolean;
  /** Connections are refused, and present ones cut. */
  readonly refuses?: boolean;
  /** Share of connections that are disturbed, 0 to 1; all without it. */
  readonly share?: number;
}

export const undisturbed: Disturbance = {};
