#!/usr/bin/env node
import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { apps } from "@faultline/launcher/apps";
import { storeCertificate } from "@faultline/launcher/store-tls";
import { tlsFiles } from "./tls-files.ts";

// `certificates social`: makes the certificate of an application's stores and that of who has signed it, once for as
// long as their volumes are there. Who has the stores' also has their key; services get the other volume only.
const renewMs = 30 * 86_400_000;

const app = apps[process.argv[2] ?? ""]?.app;
if (!app) {
  console.error(`usage: certificates ${Object.keys(apps).join("|")}`);
  process.exit(2);
}
if (!isStillGood()) {
  const { ca, server } = await storeCertificate(app);
  // Whoever reads them finds them whole. Everybody may: databases run as users of their own.
  for (const [file, text] of [
    [tlsFiles.serverFile, server],
    [tlsFiles.caFile, ca],
  ] as const) {
    writeFileSync(`${file}.new`, text, { mode: 0o644 });
    renameSync(`${file}.new`, file);
  }
}

function isStillGood(): boolean {
  const { caFile, serverFile } = tlsFiles;
  if (!existsSync(caFile) || !existsSync(serverFile)) return false;
  const certificate = new X509Certificate(readFileSync(serverFile));
  return Date.parse(certificate.validTo) - Date.now() > renewMs;
}
