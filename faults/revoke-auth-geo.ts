import { revokeAuth } from "./revoke-auth.ts";

export const revokeAuthGeo = revokeAuth("geo", 1);
