/** What a kind of log line always says. What varies from line to line are its attributes. */
export type LogEvent = {
  readonly id: number;
  readonly component: "-" | "ACCESS" | "COMMAND" | "CONTROL" | "NETWORK" | "REPL" | "STORAGE";
  readonly severity: "F" | "E" | "W" | "I";
  readonly message: string;
  /** Whether `--quiet` leaves it out. */
  readonly chatty?: true;
};

/**
 * Everything this server logs, with the ids, components, severities and texts of mongod 4.4,
 * so that whoever searches a log for `"id":20249` finds the same here. Sorted by area.
 */
export const events = {
  // start
  mongoStarting: info("STORAGE", 4615611, "MongoDB starting"),
  buildInfo: info("CONTROL", 23403, "Build Info"),
  operatingSystem: info("CONTROL", 51765, "Operating System"),
  optionsSet: info("CONTROL", 21951, "Options set by command line"),
  accessControlOff: warning(
    "CONTROL",
    22120,
    "Access control is not enabled for the database. Read and write access to data and " +
      "configuration is unrestricted",
  ),
  localhostException: info(
    "ACCESS",
    20248,
    "note: no users configured in admin.system.users, allowing localhost access",
  ),
  listeningOn: info("NETWORK", 23015, "Listening on"),
  waitingForConnections: info("NETWORK", 23016, "Waiting for connections"),
  listenerFailed: error("STORAGE", 20568, "Error setting up listener"),
  startFailed: error("STORAGE", 20557, "DBException in initAndListen, terminating"),
  certificateExpired: fatal(
    "NETWORK",
    28652,
    "The provided SSL certificate is expired or not yet valid.",
  ),
  initializationFailed: fatal("CONTROL", 20574, "Error during global initialization"),

  // connections
  connectionAccepted: chatty("NETWORK", 22943, "Connection accepted"),
  connectionEnded: chatty("NETWORK", 22944, "Connection ended"),
  connectionRefused: info(
    "NETWORK",
    22942,
    "Connection refused because there are too many open connections",
  ),
  clientMetadata: info("NETWORK", 51800, "client metadata"),
  receiveFailed: info(
    "NETWORK",
    22988,
    "Error receiving request from client. Ending connection from remote",
  ),
  sendFailed: info(
    "NETWORK",
    22989,
    "Error sending response to client. Ending connection from remote",
  ),

  // TLS
  tlsPreferred: info(
    "NETWORK",
    23838,
    "SSL mode is set to 'preferred' and connection to remote is not using SSL",
  ),
  peerCertificateMissing: warning("NETWORK", 23234, "No SSL certificate provided by peer"),
  peerCertificateRequired: error(
    "NETWORK",
    23255,
    "No SSL certificate provided by peer; connection rejected",
  ),
  peerCertificateInvalid: error("NETWORK", 23256, "SSL peer certificate validation failed"),

  // access control
  authenticationSucceeded: info("ACCESS", 20250, "Authentication succeeded"),
  authenticationFailed: info("ACCESS", 20249, "Authentication failed"),
  authorizationFailed: info("ACCESS", 20436, "Checking authorization failed"),

  // commands
  slowQuery: info("COMMAND", 51803, "Slow query"),

  // the log itself
  logRotationStarted: info("CONTROL", 23166, "Log rotation initiated"),
  logRotationFailed: error("CONTROL", 23168, "Log rotation failed"),
  // mongod waits for its log instead of dropping lines, so it has no id for this.
  linesDropped: warning("CONTROL", 1, "Log lines were dropped because the log was not writable"),

  // stop
  signalReceived: info("CONTROL", 23377, "Received signal"),
  signalSentBy: info("CONTROL", 23378, "Signal was sent by kill(2)"),
  willTerminate: info("CONTROL", 23381, "will terminate after current cmd ends"),
  shutdownCommand: info("COMMAND", 4695400, "Terminating via shutdown command"),
  steppingDown: info("REPL", 4784900, "Stepping down the ReplicationCoordinator for shutdown"),
  closingConnections: info("COMMAND", 4784923, "Shutting down the ServiceEntryPoint"),
  closingListeners: info("NETWORK", 20562, "Shutdown: going to close listening sockets"),
  closingStorage: info("STORAGE", 4784930, "Shutting down the storage engine"),
  nowExiting: info("CONTROL", 20565, "Now exiting"),
  shuttingDown: info("CONTROL", 23138, "Shutting down"),
} satisfies Record<string, LogEvent>;

export type EventName = keyof typeof events;

function info(component: LogEvent["component"], id: number, message: string): LogEvent {
  return { id, component, severity: "I", message };
}

function chatty(component: LogEvent["component"], id: number, message: string): LogEvent {
  return { id, component, severity: "I", message, chatty: true };
}

function warning(component: LogEvent["component"], id: number, message: string): LogEvent {
  return { id, component, severity: "W", message };
}

function error(component: LogEvent["component"], id: number, message: string): LogEvent {
  return { id, component, severity: "E", message };
}

function fatal(component: LogEvent["component"], id: number, message: string): LogEvent {
  return { id, component, severity: "F", message };
}
