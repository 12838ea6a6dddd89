import { userUnregistered } from "./user-unregistered.ts";

export const userUnregisteredGeo = userUnregistered("geo", 1);
