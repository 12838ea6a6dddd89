import type { TlsConfig } from "@faultline/config/tls";
import type { Protocol } from "@faultline/service/define-app";
import type { ReadyCheck } from "./check.ts";
import { grpcServes } from "./grpc.ts";
import { httpAnswers } from "./http.ts";
import { thriftServes } from "./thrift.ts";

/** How a service says that it is ready, by what it speaks. */
export const serviceReady: Readonly<
  Record<Protocol, (port: number, tls?: TlsConfig) => ReadyCheck>
> = {
  grpc: grpcServes,
  http: httpAnswers,
  thrift: thriftServes,
};
