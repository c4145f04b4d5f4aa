import type {
  ClusterConnection,
  ConnectionAuthentication,
  ConnectionClientCertificate,
  ConnectionImpersonation,
  ConnectionTls,
  PemSource,
} from "./cluster-connection.ts";
import { ConfigError } from "./config-error.ts";
import type { Kubeconfig, KubeconfigCluster, KubeconfigUser } from "./kubeconfig-file.ts";
import type { LoadedKubeconfig } from "./load-kubeconfig.ts";
import { suggest } from "./suggest.ts";

/** How to reach the cluster of a context, as kubectl would. Throws ConfigError where the context, its cluster or its user is not there. */
export function toConnection(kubeconfig: LoadedKubeconfig, contextName: string): ClusterConnection {
  const context = kubeconfig.contexts.get(contextName);
  if (context === undefined) throw noSuchContext(kubeconfig, contextName);
  const missing = (kind: string, name: string, known: Iterable<string>): ConfigError =>
    new ConfigError([
      {
        file: context.file,
        path: `contexts[name=${contextName}].context.${kind}`,
        message: `must name one of ${kind}s[] but got: ${JSON.stringify(name)}`,
        suggestion: suggest(name, known),
      },
    ]);
  const cluster = kubeconfig.clusters.get(context.cluster);
  if (cluster === undefined) throw missing("cluster", context.cluster, kubeconfig.clusters.keys());
  const user = kubeconfig.users.get(context.user);
  if (user === undefined && context.user !== "") throw missing("user", context.user, kubeconfig.users.keys());
  if (cluster.server === "") {
    throw new ConfigError([
      {
        file: cluster.file,
        path: `clusters[name=${context.cluster}].cluster.server`,
        message: "must be a URL but got: nothing",
      },
    ]);
  }
  const url = toServerUrl(cluster, user);
  const authentication = user && toAuthentication(user, context.user, cluster);
  const clientCertificate = user && toClientCertificate(user, context.user);
  // Nothing secret goes over plain HTTP: kubectl leaves it out too.
  const isSecure = url.toLowerCase().startsWith("https://");
  return withoutUnset({
    endpoints: [{ url }],
    balance: "round-robin",
    tls: toTls(cluster),
    clientCertificate: isSecure ? clientCertificate : undefined,
    authentication: isSecure && authentication !== undefined ? authentication : { type: "none" },
    impersonation: user && toImpersonation(user),
    proxyUrl: cluster.proxyUrl,
    disableCompression: cluster.disableCompression || undefined,
  });
}

/** The error for a context that is not there, which names those that are. */
export function noSuchContext(kubeconfig: LoadedKubeconfig, name: string): ConfigError {
  const known = [...kubeconfig.contexts.keys()];
  const there =
    known.length === 0
      ? "there is none"
      : `there are: ${known.slice(0, 20).join(", ")}${known.length > 20 ? ", …" : ""}`;
  const got = name === "" ? "nothing" : JSON.stringify(name);
  return new ConfigError([
    {
      file: kubeconfig.files.join(":"),
      path: "contexts",
      message: `must have the context asked for but got: ${got}; ${there}`,
      suggestion: suggest(name, known),
    },
  ]);
}

/** Whether there is anything in it: kubectl then falls back to the service account of its pod. */
export function isEmptyKubeconfig({ contexts, clusters, users }: Kubeconfig): boolean {
  return contexts.size === 0 && clusters.size === 0 && users.size === 0;
}

function withoutUnset<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}

/** "host:port" without a scheme is https where anything about TLS is configured, else http (client-go's DefaultServerURL). */
function toServerUrl(
  { server, caFile, caPem, insecureSkipTlsVerify }: KubeconfigCluster,
  user?: KubeconfigUser,
): string {
  const isTls =
    caFile !== undefined ||
    caPem !== undefined ||
    insecureSkipTlsVerify ||
    user?.clientCertificateFile !== undefined ||
    user?.clientCertificatePem !== undefined;
  const url = /^[a-z][a-z0-9+.-]*:\/\//iu.test(server) ? server : `${isTls ? "https" : "http"}://${server}`;
  return url.replace(/\/+$/u, "");
}

/** Inline data wins over a file. */
function pemSource(pem: string | undefined, file: string | undefined): PemSource | undefined {
  if (pem !== undefined) return { pem };
  return file === undefined ? undefined : { file };
}

function toTls({ caPem, caFile, tlsServerName, insecureSkipTlsVerify }: KubeconfigCluster): ConnectionTls {
  return withoutUnset({
    ca: pemSource(caPem, caFile),
    serverName: tlsServerName,
    insecureSkipVerify: insecureSkipTlsVerify,
  });
}

function toClientCertificate(user: KubeconfigUser, name: string): ConnectionClientCertificate | undefined {
  const certificate = pemSource(user.clientCertificatePem, user.clientCertificateFile);
  const key = pemSource(user.clientKeyPem, user.clientKeyFile);
  if (certificate === undefined) return undefined;
  if (key === undefined) {
    throw new ConfigError([
      { file: user.file, path: `users[name=${name}].user`, message: "must have client-key beside client-certificate" },
    ]);
  }
  return { certificate, key };
}

function toAuthentication(user: KubeconfigUser, name: string, cluster: KubeconfigCluster): ConnectionAuthentication {
  const refuse = (message: string): ConfigError =>
    new ConfigError([{ file: user.file, path: `users[name=${name}].user`, message }]);
  if (user.exec !== undefined) {
    if (user.authProvider !== undefined) throw refuse("must have exec or auth-provider but got: both");
    if (user.exec.command === "") throw refuse("must have exec.command");
    return { type: "exec", exec: withoutUnset({ ...user.exec, clusterConfig: cluster.execConfig }) };
  }
  if (user.authProvider !== undefined) {
    // The others left kubectl with 1.26, in favour of exec plugins.
    if (user.authProvider.name !== "oidc") {
      throw refuse(
        `auth-provider.name must be "oidc" but got: ${JSON.stringify(user.authProvider.name)}; others are exec plugins`,
      );
    }
    return { type: "auth-provider", ...user.authProvider };
  }
  const isBasic = user.username !== undefined || user.password !== undefined;
  if (isBasic && user.token !== undefined) throw refuse("must have a token or a username but got: both");
  if (user.tokenFile !== undefined) {
    return withoutUnset({ type: "token-file", file: user.tokenFile, fallbackToken: user.token });
  }
  if (user.token !== undefined) return { type: "token", token: user.token };
  if (isBasic) return { type: "basic", username: user.username ?? "", password: user.password ?? "" };
  return { type: "none" };
}

function toImpersonation(user: KubeconfigUser): ConnectionImpersonation | undefined {
  if (user.impersonateUser === undefined) return undefined;
  return withoutUnset({
    user: user.impersonateUser,
    uid: user.impersonateUid,
    groups: user.impersonateGroups,
    extra: user.impersonateExtra,
  });
}
