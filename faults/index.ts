import { cacheSlow } from "./cache-slow.ts";
import { clockSkew } from "./clock-skew.ts";
import { cpuHog } from "./cpu-hog.ts";
import { credentialRotation } from "./credential-rotation.ts";
import { dbSlow } from "./db-slow.ts";
import { eventLoopBlock } from "./event-loop-block.ts";
import { expiredCertificate } from "./expired-certificate.ts";
import type { Fault } from "./fault.ts";
import { geoFlaky } from "./geo-flaky.ts";
import { memoryLeak } from "./memory-leak.ts";
import { mongoRequiresTls } from "./mongo-requires-tls.ts";
import { none } from "./none.ts";
import { rateConnectionFailure } from "./rate-connection-failure.ts";
import { retryStorm } from "./retry-storm.ts";
import { revokeAuthGeo } from "./revoke-auth-geo.ts";
import { revokeAuthRate } from "./revoke-auth-rate.ts";
import { searchLatentBug } from "./search-latent-bug.ts";
import { userUnregisteredGeo } from "./user-unregistered-geo.ts";
import { userUnregisteredRate } from "./user-unregistered-rate.ts";

/** Every fault, sorted by its name. */
export const faults: readonly Fault[] = [
  cacheSlow,
  clockSkew,
  cpuHog,
  credentialRotation,
  dbSlow,
  eventLoopBlock,
  expiredCertificate,
  geoFlaky,
  memoryLeak,
  mongoRequiresTls,
  none,
  rateConnectionFailure,
  retryStorm,
  revokeAuthGeo,
  revokeAuthRate,
  searchLatentBug,
  userUnregisteredGeo,
  userUnregisteredRate,
];
