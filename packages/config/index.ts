export type { FlagConfig } from "./flags.ts";
export {
  environmentOf,
  readServiceConfig,
  type ServiceConfig,
  type ServiceFacts,
} from "./service-config.ts";
export { SettingError } from "./setting.ts";
export type { TlsConfig } from "./tls.ts";
