import { revokeAuth } from "./revoke-auth.ts";

export const revokeAuthRate = revokeAuth("rate", 2);
