import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createEmbeddedApi } from "../../src/embedded/embedded-api.ts";
import type { EmbeddedApi } from "../../src/embedded/embedded-api.ts";
import type { ClusterConfig, EndpointCredentials } from "../../src/config/config.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import { systemIdentity } from "../../src/kube/identity.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { json, startTestApiServer, status } from "./tls-api-server.ts";
import type { TestApiServer } from "./tls-api-server.ts";
import type { TestAuthority } from "./tls-certificates.ts";

export interface EmbeddedFrontOptions {
  readonly name: string;
  readonly authority: TestAuthority;
  /** 0 takes a free one. */
  readonly port?: number;
  /** What it serves; unset = a new cluster of its own. */
  readonly api?: EmbeddedApi;
  /** uid of kube-system; "uid-" and the name where unset. */
  readonly uid?: string;
}

/** An embedded API behind a TLS server that can be cut, hung, made another cluster and told whom to let in. */
export interface EmbeddedFront {
  readonly name: string;
  readonly api: EmbeddedApi;
  readonly server: TestApiServer;
  /** Whether a request's credentials are good; others get 401. */
  allows: (request: IncomingMessage) => boolean;
  /** Paths of the requests that were let in, as "GET /api/v1/pods?…". */
  readonly served: string[];
  /** Its configuration, by endpoints. */
  config(more?: Partial<ClusterConfig>, credentials?: EndpointCredentials): ClusterConfig;
  configMap(name: string, namespace?: string): Promise<void>;
}

export async function startEmbeddedFront(options: EmbeddedFrontOptions): Promise<EmbeddedFront> {
  const { name, authority, port = 0, uid = `uid-${name}` } = options;
  const api = options.api ?? createEmbeddedApi({ name, clock: systemClock, random: Math.random });
  const certificate = await authority.server();
  const server = await startTestApiServer({ certificate, clientCa: authority.ca, uid, port });
  const front: EmbeddedFront = {
    name,
    api,
    server,
    allows: () => true,
    served: [],
    config: (more = {}, credentials = {}) => ({
      name,
      role: "abroad",
      labels: {},
      write: true,
      identities: [],
      authorization: "asked",
      source: {
        type: "endpoints",
        endpoints: [{ url: server.url }],
        balance: "round-robin",
        credentials: { ca: { pem: authority.ca }, ...credentials },
      },
      ...more,
    }),
    async configMap(configMapName, namespace = "default") {
      const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: configMapName, namespace } };
      const as = systemIdentity("test");
      await api.client.create(configMaps, object as KubeObject, {
        signal: new AbortController().signal,
        as,
        fieldManager: "test",
      });
    },
  };
  server.respond = (request, response, body) => {
    if (!front.allows(request)) return json(response, 401, status(401, "Unauthorized", "Unauthorized"));
    front.served.push(`${request.method} ${request.url}`);
    void answer(api, request, response, body);
  };
  return front;
}

const configMaps = { ...knownResources.pods, kind: "ConfigMap", plural: "configmaps" };

async function answer(
  api: EmbeddedApi,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  body: string,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  try {
    const method = incoming.method ?? "GET";
    const response = await api.handler(
      new Request(new URL(incoming.url ?? "/", "https://127.0.0.1"), {
        method,
        // Who is let in has been decided by `allows`: their credentials are none of the embedded cluster's.
        headers: Object.entries(incoming.headers)
          .filter(([key]) => key !== "authorization")
          .map(([key, value]): [string, string] => [key, String(value)]),
        signal: gone.signal,
        ...(body === "" ? {} : { body }),
      }),
    );
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.flushHeaders();
    for await (const chunk of response.body ?? []) if (!outgoing.write(chunk)) await once(outgoing, "drain", gone);
    outgoing.end();
  } catch {
    outgoing.destroy();
  }
}
