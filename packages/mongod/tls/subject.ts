import type { X509Certificate } from "node:crypto";

/**
 * The subject of a certificate as RFC 2253 writes it, the most specific part first, which is
 * the name of a user of `$external`: `CN=client,OU=users,O=Example`.
 */
export function certificateSubject(certificate: X509Certificate): string {
  return certificate.subject.split("\n").reverse().join(",");
}
