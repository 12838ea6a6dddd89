/** Where browsers find the media-frontend. */
export interface MediaPlace {
  /** Its address, if the deployment says one. */
  readonly url?: string | undefined;
  /** The ports of both in the table. However they are shifted, they stay as far apart. */
  readonly ports: { readonly gateway: number; readonly media: number };
}

const plainHost = /^(?<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?<port>\d{1,5}))?$/;

/** The media-frontend's origin for a browser that knows the gateway by this host; by the page's own scheme. */
export function mediaOrigin({ url, ports }: MediaPlace, host: string): string {
  if (url !== undefined) return new URL(url).origin;
  const { name = "localhost", port } = plainHost.exec(host)?.groups ?? {};
  const apart = ports.media - ports.gateway;
  return `//${name}:${port === undefined ? ports.media : Number(port) + apart}`;
}
