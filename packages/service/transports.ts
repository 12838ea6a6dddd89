import type { Connection } from "@faultline/rpc/bound-client";
import { type DialOptions, dialGrpc } from "@faultline/rpc/grpc/client";
import { type GrpcServerOptions, startGrpcServer } from "@faultline/rpc/grpc/server";
import type { Contract } from "@faultline/rpc/service";
import { dialThrift } from "@faultline/rpc/thrift/client";
import type { ThriftContract } from "@faultline/rpc/thrift/contract";
import { startThriftServer } from "@faultline/rpc/thrift/server";
import type { Served } from "./surroundings.ts";

/** Makes a client by what the contract says that it speaks. */
export function dial(options: DialOptions<Contract>): Connection<Contract> {
  const { contract } = options;
  return isThrift(contract) ? dialThrift({ ...options, contract }) : dialGrpc(options);
}

/** Serves a contract by what it says that it speaks. Rejects if the address cannot be bound. */
export function listen(options: GrpcServerOptions<Contract>): Promise<Served> {
  const { contract } = options;
  return isThrift(contract)
    ? startThriftServer({ ...options, contract })
    : startGrpcServer(options);
}

function isThrift(contract: Contract): contract is ThriftContract {
  return contract.protocol === "thrift";
}
