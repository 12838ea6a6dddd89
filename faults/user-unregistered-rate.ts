import { userUnregistered } from "./user-unregistered.ts";

export const userUnregisteredRate = userUnregistered("rate", 2);
