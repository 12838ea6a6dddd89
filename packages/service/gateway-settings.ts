// For the one front door that has settings of its own.
export { readGatewaySettings } from "@faultline/config/gateway";
