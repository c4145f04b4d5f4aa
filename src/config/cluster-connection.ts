/**
 * Where the bytes of a PEM come from. A `file` is an absolute path and is read again whenever it may have changed (rotation), so it is
 * kept as a path; `pem` never changes.
 */
export type PemSource = { readonly pem: string } | { readonly file: string };

/** One address of an API server. */
export interface ConnectionEndpoint {
  /** "https://10.0.0.1:6443", maybe with a path ("https://rancher.example/k8s/clusters/c-1"); never with a trailing slash. */
  readonly url: string;
  /** Name to verify the certificate against and to send as SNI instead of the URL's host; over `tls.serverName`. */
  readonly serverName?: string;
}

/**
 * How a request goes to one of several endpoints: `round-robin` over the healthy ones in order, `priority` to the first healthy one.
 */
export type EndpointBalance = "round-robin" | "priority";

export interface ConnectionTls {
  /** Unset: the certificate authorities Node.js comes with. */
  readonly ca?: PemSource;
  readonly serverName?: string;
  /** Only where a kubeconfig says `insecure-skip-tls-verify: true`. */
  readonly insecureSkipVerify: boolean;
}

/** Certificate and key may be one file (a kubelet's combined PEM, YH-18): then both name the same path. */
export interface ConnectionClientCertificate {
  readonly certificate: PemSource;
  readonly key: PemSource;
}

/** `users[].user.exec` of a kubeconfig; `command` is absolute where it held a slash, else looked up in PATH. */
export interface ExecPlugin {
  /** "client.authentication.k8s.io/v1". */
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly installHint?: string;
  /** Whether the plugin gets `spec.cluster` in KUBERNETES_EXEC_INFO. */
  readonly provideClusterInfo: boolean;
  /** "Never", "IfAvailable", "Always": we have no terminal to offer, so "Always" cannot work. */
  readonly interactiveMode?: string;
  /** What the kubeconfig's cluster says to the plugin (extension "client.authentication.k8s.io/exec"): its `spec.cluster.config`. */
  readonly clusterConfig?: unknown;
}

/**
 * How requests say who they are, besides a client certificate (which goes with any of these). At most one applies; where a kubeconfig
 * gives several, kubectl's order holds: exec, auth-provider, tokenFile, token, basic.
 */
export type ConnectionAuthentication =
  | { readonly type: "none" }
  | { readonly type: "token"; readonly token: string }
  /** Read again as it expires or changes; `fallbackToken` is the kubeconfig's `token`, used while the file cannot be read. */
  | { readonly type: "token-file"; readonly file: string; readonly fallbackToken?: string }
  | { readonly type: "basic"; readonly username: string; readonly password: string }
  | { readonly type: "exec"; readonly exec: ExecPlugin }
  /** `auth-provider` with name "oidc": `config` as in the kubeconfig ("idp-issuer-url", "client-id", "id-token", "refresh-token" …). */
  | {
      readonly type: "auth-provider";
      readonly name: string;
      readonly config: Readonly<Record<string, string>>;
    };

/** `as`, `as-uid`, `as-groups`, `as-user-extra`: sent as Impersonate-* headers with every request made as ourselves. */
export interface ConnectionImpersonation {
  readonly user: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/**
 * How to reach one cluster and as whom: plain data, whatever it was read from. The transport turns it into connections and headers.
 * Holds secrets: never log it; `describeConnection` gives what may be shown.
 */
export interface ClusterConnection {
  /** At least one. */
  readonly endpoints: readonly ConnectionEndpoint[];
  readonly balance: EndpointBalance;
  readonly tls: ConnectionTls;
  readonly clientCertificate?: ConnectionClientCertificate;
  readonly authentication: ConnectionAuthentication;
  readonly impersonation?: ConnectionImpersonation;
  /** "http://proxy:3128", "https://…", "socks5://…" of the kubeconfig's `proxy-url`. Unset: the environment's HTTPS_PROXY is not read. */
  readonly proxyUrl?: string;
  /** kubeconfig's `disable-compression`. */
  readonly disableCompression?: boolean;
}

/** What may be shown of a connection: addresses and the kind of credentials, no secrets. */
export function describeConnection(connection: ClusterConnection): {
  readonly endpoints: readonly string[];
  readonly authentication: string;
  readonly tlsVerified: boolean;
} {
  const kinds = [
    ...(connection.clientCertificate === undefined ? [] : ["client-certificate"]),
    ...(connection.authentication.type === "none" ? [] : [connection.authentication.type]),
  ];
  return {
    endpoints: connection.endpoints.map(({ url }) => url.replace(/\/\/[^/@]*@/u, "//")),
    authentication: kinds.length === 0 ? "none" : kinds.join("+"),
    tlsVerified: !connection.tls.insecureSkipVerify,
  };
}
