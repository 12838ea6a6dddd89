import { assemble } from "@faultline/service/assemble";
import { readGatewaySettings } from "@faultline/service/gateway-settings";
import { serve } from "@faultline/service/serve";
import { readTokenSecret } from "@faultline/service/token-secret";
import { social } from "../topology.ts";
import { createGateway } from "./gateway.ts";

const { gateway, "media-frontend": media } = social.services;

export const service = assemble(gateway, {
  create({ clients }) {
    const { benchmarkApi, mediaFrontendUrl: url } = readGatewaySettings();
    const ports = { gateway: gateway.definition.port, media: media.definition.port };
    return createGateway(clients, {
      secret: readTokenSecret(),
      benchmark: benchmarkApi === "open",
      media: { url, ports },
    });
  },
});

if (import.meta.main) await serve(service);
