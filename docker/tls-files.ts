const trust = "/tls/trust";
const stores = "/tls/stores";

/** Where containers find certificates: two volumes, as only stores need the second. */
export const tlsFolders = { trust, stores } as const;

/** Who has signed the stores' certificate; and that certificate with its key. */
export const tlsFiles = { caFile: `${trust}/ca.pem`, serverFile: `${stores}/server.pem` } as const;
