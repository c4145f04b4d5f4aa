import type { ClusterConnection } from "./cluster-connection.ts";
import { ConfigError } from "./config-error.ts";
import type { ConfigEnvironment } from "./config-environment.ts";
import type { ClusterSource } from "./config.ts";
import { toConnection } from "./kubeconfig-connection.ts";
import { loadKubeconfig } from "./load-kubeconfig.ts";

/** A source that lies outside this process. */
export type RemoteSource = Exclude<ClusterSource, { readonly type: "embedded" }>;

/** Where a pod finds its service account (kubernetes.io/docs, "Accessing the API from within a Pod"). */
const serviceAccountDir = "/var/run/secrets/kubernetes.io/serviceaccount";

/** How to reach the cluster of a source, as its files say now. Throws ConfigError. */
export async function loadConnection(source: RemoteSource, environment: ConfigEnvironment): Promise<ClusterConnection> {
  switch (source.type) {
    case "kubeconfig":
      return toConnection(await loadKubeconfig({ explicitPath: source.path, environment }), source.context);
    case "inCluster":
      return inClusterConnection(environment);
    case "endpoints":
      return endpointsConnection(source);
  }
}

function inClusterConnection({ env }: ConfigEnvironment): ClusterConnection {
  const host = env["KUBERNETES_SERVICE_HOST"] ?? "";
  const port = env["KUBERNETES_SERVICE_PORT"] ?? "";
  if (host === "" || port === "") {
    throw new ConfigError([
      {
        path: "inCluster",
        message: "must run in a pod, but KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set",
      },
    ]);
  }
  return {
    endpoints: [{ url: `https://${host.includes(":") ? `[${host}]` : host}:${port}` }],
    balance: "round-robin",
    tls: { ca: { file: `${serviceAccountDir}/ca.crt` }, insecureSkipVerify: false },
    authentication: { type: "token-file", file: `${serviceAccountDir}/token` },
  };
}

function endpointsConnection(source: Extract<ClusterSource, { readonly type: "endpoints" }>): ClusterConnection {
  const { ca, serverName, token, tokenFile, clientCertificate, clientKey } = source.credentials;
  return {
    endpoints: source.endpoints,
    balance: source.balance,
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(serverName === undefined ? {} : { serverName }),
      insecureSkipVerify: false,
    },
    ...(clientCertificate === undefined || clientKey === undefined
      ? {}
      : { clientCertificate: { certificate: clientCertificate, key: clientKey } }),
    authentication:
      tokenFile !== undefined
        ? { type: "token-file", file: tokenFile }
        : token !== undefined
          ? { type: "token", token }
          : { type: "none" },
  };
}
