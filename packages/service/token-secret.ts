// For services that sign or verify tokens of logins: the others' processes have no business knowing it.
export { readTokenSecret } from "@faultline/config/login";
