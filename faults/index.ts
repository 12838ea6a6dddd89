import { cacheDown } from "./cache-down.ts";
import { cachePoisoned } from "./cache-poisoned.ts";
import { cacheSlow } from "./cache-slow.ts";
import { clockSkew } from "./clock-skew.ts";
import { composePostLostFanOut } from "./compose-post-lost-fan-out.ts";
import { cpuHog } from "./cpu-hog.ts";
import { credentialRotation } from "./credential-rotation.ts";
import { dbSlow } from "./db-slow.ts";
import { eventLoopBlock } from "./event-loop-block.ts";
import { expiredCertificate } from "./expired-certificate.ts";
import type { Fault } from "./fault.ts";
import { geoFlaky } from "./geo-flaky.ts";
import { geoWrongPort } from "./geo-wrong-port.ts";
import { memoryLeak } from "./memory-leak.ts";
import { missingNode } from "./missing-node.ts";
import { mongoRequiresTls } from "./mongo-requires-tls.ts";
import { networkDelay } from "./network-delay.ts";
import { networkLoss } from "./network-loss.ts";
import { networkPartition } from "./network-partition.ts";
import { none } from "./none.ts";
import { postStorageFlaky } from "./post-storage-flaky.ts";
import { postStorageSlow } from "./post-storage-slow.ts";
import { processKill } from "./process-kill.ts";
import { processPause } from "./process-pause.ts";
import { rateConnectionFailure } from "./rate-connection-failure.ts";
import { redeployKeepsVolume } from "./redeploy-keeps-volume.ts";
import { redisMemoryFull } from "./redis-memory-full.ts";
import { redisPasswordRotation } from "./redis-password-rotation.ts";
import { retryStorm } from "./retry-storm.ts";
import { revokeAuthGeo } from "./revoke-auth-geo.ts";
import { revokeAuthRate } from "./revoke-auth-rate.ts";
import { scaleToZero } from "./scale-to-zero.ts";
import { searchLatentBug } from "./search-latent-bug.ts";
import { targetPort } from "./target-port.ts";
import { userUnregisteredGeo } from "./user-unregistered-geo.ts";
import { userUnregisteredRate } from "./user-unregistered-rate.ts";
import { wrongBinary } from "./wrong-binary.ts";

/** Every fault, sorted by its name. */
export const faults: readonly Fault[] = [
  cacheDown,
  cachePoisoned,
  cacheSlow,
  clockSkew,
  composePostLostFanOut,
  cpuHog,
  credentialRotation,
  dbSlow,
  eventLoopBlock,
  expiredCertificate,
  geoFlaky,
  geoWrongPort,
  memoryLeak,
  missingNode,
  mongoRequiresTls,
  networkDelay,
  networkLoss,
  networkPartition,
  none,
  postStorageFlaky,
  postStorageSlow,
  processKill,
  processPause,
  rateConnectionFailure,
  redeployKeepsVolume,
  redisMemoryFull,
  redisPasswordRotation,
  retryStorm,
  revokeAuthGeo,
  revokeAuthRate,
  scaleToZero,
  searchLatentBug,
  targetPort,
  userUnregisteredGeo,
  userUnregisteredRate,
  wrongBinary,
];
