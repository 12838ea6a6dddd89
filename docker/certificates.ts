#!/usr/bin/env node
import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pemFiles } from "@faultline/config/tls";
import { apps } from "@faultline/launcher/apps";
import { serviceCertificates } from "@faultline/launcher/service-tls";
import { storeCertificate } from "@faultline/launcher/store-tls";
import type { App } from "@faultline/service/define-app";
import { tlsFiles, tlsFolders } from "./tls-files.ts";

// `certificates social`: makes the certificate of an application's stores, that of its services, and those of who has
// signed them, once for as long as their volumes are there. Stores and services each find their own key only.
const renewMs = 30 * 86_400_000;

const app = apps[process.argv[2] ?? ""]?.app;
if (!app) {
  console.error(`usage: certificates ${Object.keys(apps).join("|")}`);
  process.exit(2);
}
await forStores(app);
await forServices(app);

async function forStores(app: App): Promise<void> {
  const { caFile, serverFile } = tlsFiles;
  if (existsSync(caFile) && isStillGood(serverFile)) return;
  const { ca, server } = await storeCertificate(app);
  write(caFile, ca);
  // The last one: where it is good, the other fits.
  write(serverFile, server);
}

async function forServices(app: App): Promise<void> {
  const file = (name: string) => join(tlsFolders.services, name);
  if (isStillGood(file(pemFiles.cert))) return;
  const { [pemFiles.cert]: certificate = "", ...others } = await serviceCertificates(app);
  for (const [name, text] of Object.entries(others)) write(file(name), text);
  // The last one: where it is, the others are.
  write(file(pemFiles.cert), certificate);
}

/** Whoever reads it finds it whole. Everybody may: databases run as users of their own. */
function write(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o644 });
  renameSync(`${file}.new`, file);
}

function isStillGood(file: string): boolean {
  if (!existsSync(file)) return false;
  const certificate = new X509Certificate(readFileSync(file));
  return Date.parse(certificate.validTo) - Date.now() > renewMs;
}
