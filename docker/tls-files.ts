const trust = "/tls/trust";
const stores = "/tls/stores";
const services = "/tls/services";

/** Where containers find certificates: three volumes, as stores need no key of services, and services none of stores. */
export const tlsFolders = { trust, stores, services } as const;

/** Who has signed the stores' certificate; and that certificate with its key. */
export const tlsFiles = { caFile: `${trust}/ca.pem`, serverFile: `${stores}/server.pem` } as const;
