import { type Environment, oneOf, read, url } from "./setting.ts";

/** What only the front door of Social Network reads. */
export const gatewaySettings = {
  mediaFrontendUrl: url("MEDIA_FRONTEND_URL", ["http", "https"], {
    says: "where browsers find Social Network's media-frontend",
    example: "https://media.example.org",
    fallback: undefined,
  }),
  benchmarkApi: oneOf("WRK2_API", ["open", "closed"], {
    says: "`open`: `/wrk2-api` lets anybody act for anybody, as workloads need it",
    example: "closed",
    fallback: "open",
  }),
};

/** Reads them. Throws a `SettingError` for a malformed value. */
export function readGatewaySettings(environment: Environment = process.env) {
  return read(gatewaySettings, environment);
}
