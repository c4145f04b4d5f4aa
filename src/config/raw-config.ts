import type { ConnectionEndpoint, EndpointBalance } from "./cluster-connection.ts";
import type { Config, LimitsConfig, ProbeConfig, ServerConfig } from "./config.ts";

/** A cluster as the file writes it, after the schema has been checked. */
export interface RawCluster {
  readonly name: string;
  readonly role?: "home" | "abroad";
  readonly labels?: Readonly<Record<string, string>>;
  readonly write?: boolean;
  readonly identities?: readonly RawBelievedRealm[];
  readonly authorization?: "local" | "asked";
  readonly embedded?: { readonly seed?: string } | null;
  readonly kubeconfig?: { readonly path?: string; readonly context: string };
  readonly inCluster?: object | null;
  readonly endpoints?: readonly ConnectionEndpoint[];
  readonly balance?: EndpointBalance;
  readonly credentials?: RawCredentials;
}

export interface RawBelievedRealm {
  readonly realm: string;
  readonly usernamePrefix?: string;
  readonly groupsPrefix?: string;
}

export interface RawCredentials {
  readonly ca?: string;
  readonly caFile?: string;
  readonly serverName?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly clientCertificateFile?: string;
  readonly clientKeyFile?: string;
  readonly clientPemFile?: string;
}

/** clusters.yaml, after the schema has been checked. */
export interface RawConfig {
  readonly clusters?: readonly RawCluster[];
  readonly server?: Partial<ServerConfig>;
  readonly auth?: Partial<Config["auth"]>;
  readonly cache?: Partial<Config["cache"]>;
  readonly limits?: Partial<LimitsConfig>;
  readonly probe?: Partial<ProbeConfig>;
  readonly subgraph?: Partial<Config["subgraph"]>;
  readonly persistedDocuments?: Partial<Config["persistedDocuments"]>;
  readonly geo?: { readonly database?: string };
  readonly log?: Partial<Config["log"]>;
}
