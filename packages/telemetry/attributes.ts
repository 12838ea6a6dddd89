/**
 * Names of span attributes, after OpenTelemetry's semantic conventions. The one list: nobody spells a name
 * elsewhere. Not read from the conventions' own package because that costs every process its import.
 */
export const attributes = {
  dbCollection: "db.collection.name",
  dbNamespace: "db.namespace",
  dbOperation: "db.operation.name",
  dbOperationBatchSize: "db.operation.batch.size",
  dbStatusCode: "db.response.status_code",
  dbSystem: "db.system.name",
  errorType: "error.type",
  httpMethod: "http.request.method",
  httpRoute: "http.route",
  httpStatusCode: "http.response.status_code",
  peerService: "server.service.name",
  rpcMethod: "rpc.method",
  rpcStatusCode: "rpc.status_code",
  rpcSystem: "rpc.system.name",
  serverAddress: "server.address",
  serverPort: "server.port",
  serviceInstance: "service.instance.id",
  serviceName: "service.name",
  serviceVersion: "service.version",
  urlPath: "url.path",
  urlScheme: "url.scheme",
} as const;

/** Names of metrics, after the same conventions. Durations are in seconds. */
export const metricNames = {
  dbClientDuration: "db.client.operation.duration",
  eventLoopDelayMax: "nodejs.eventloop.delay.max",
  eventLoopDelayMean: "nodejs.eventloop.delay.mean",
  eventLoopDelayP50: "nodejs.eventloop.delay.p50",
  eventLoopDelayP99: "nodejs.eventloop.delay.p99",
  eventLoopUtilization: "nodejs.eventloop.utilization",
  gcDuration: "v8js.gc.duration",
  heapLimit: "v8js.memory.heap.limit",
  heapUsed: "v8js.memory.heap.used",
  httpServerDuration: "http.server.request.duration",
  processCpuTime: "process.cpu.time",
  processMemory: "process.memory.usage",
  processUptime: "process.uptime",
  rpcClientDuration: "rpc.client.call.duration",
  rpcServerDuration: "rpc.server.call.duration",
} as const;

/** The bounds that the conventions recommend for durations in seconds. */
export const durationBoundsS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
] as const;
