import { type Environment, read, text } from "./setting.ts";

/** What concerns logins. Only the services that sign or verify tokens read it. */
export const loginSettings = {
  tokenSecret: text("JWT_SECRET", {
    says: "signs the tokens of logins; all services of an application need the same, and nobody else may know it",
    example: "d2f1c07f3a9b4e64",
    fallback: "secret",
  }),
};

/** The secret that signs and verifies tokens of logins. Never to be logged. */
export function readTokenSecret(environment: Environment = process.env): string {
  return read(loginSettings, environment).tokenSecret;
}
