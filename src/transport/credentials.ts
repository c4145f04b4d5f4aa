import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { createBackoff } from "../lib/backoff.ts";
import type { Random } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { KubeError, isKubeError } from "../kube/kube-error.ts";
import type { ClusterConnection, PemSource } from "../config/cluster-connection.ts";
import { createExecAuthenticator, execProviderName } from "./exec-credential.ts";
import type { ExecAuthenticator, RunCommand } from "./exec-credential.ts";
import { toTokenExpiry } from "./token-expiry.ts";
import { createTlsMaterial, fingerprintOf } from "./tls-material.ts";
import type { TlsMaterial, TlsParts } from "./tls-material.ts";

/** What a call needs to be let in: headers, and material for the handshake. Never changed; a renewal is a new value. */
export interface Credentials {
  /** At most `authorization`. */
  readonly headers: Readonly<Record<string, string>>;
  /** By endpoint's own server name, "" where it has none. */
  tlsFor(serverName: string | undefined): TlsMaterial;
}

/** The credentials of one cluster. Both methods throw "CredentialsUnavailable", with secrets left out. */
export interface CredentialSource {
  /** Those in force; read again when they are old or about to expire. */
  get(): Promise<Credentials>;
  /** The server refused these: new ones, read or asked for once however many calls were refused with them. */
  renew(refused: Credentials): Promise<Credentials>;
}

export interface CredentialSourceOptions {
  readonly cluster: string;
  readonly connection: ClusterConnection;
  /** Reads the connection again from where it came (a kubeconfig whose inline certificate was replaced); only its credentials are taken. */
  readonly reloadConnection?: () => Promise<ClusterConnection>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Variables an exec plugin inherits. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly maxAgeMs: number;
  readonly execTimeoutMs: number;
  /** Starts an exec plugin; the machine's own where unset. */
  readonly runCommand?: RunCommand;
}

/** A token is renewed this long before it expires, so that it does not expire under way. */
const expiryMarginMs = 10_000;

interface Held {
  readonly credentials: Credentials;
  readonly untilMs: number;
}

/** What is read of files, plugins and providers is read once in `maxAgeMs`, not for every call. */
export function createCredentialSource(options: CredentialSourceOptions): CredentialSource {
  const { cluster, clock, logger, random } = options;
  const load = createLoader(options);
  const rest = createBackoff({ baseMs: 1_000, maxMs: 30_000, random });
  let held: Held | undefined;
  let failure: { readonly error: KubeError; readonly untilMs: number } | undefined;
  let loading: Promise<Credentials> | undefined;

  const reload = async (refused: boolean): Promise<Credentials> => {
    try {
      held = await load(held, refused);
      failure = undefined;
      rest.reset();
      return held.credentials;
    } catch (cause) {
      const error = isKubeError(cause)
        ? cause
        : new KubeError({
            reason: "CredentialsUnavailable",
            message: `the credentials cannot be read: ${describe(cause)}`,
            cluster,
            cause,
          });
      logger.warn("credentials cannot be had", { cluster, error: error.message });
      const waitMs = rest.next();
      if (held !== undefined && !refused) {
        // Caught in the midst of a rotation, say: those in force still count, until the server refuses them.
        held = { ...held, untilMs: clock.now() + waitMs };
        return held.credentials;
      }
      // A failing plugin is not started for every call.
      failure = { error, untilMs: clock.monotonic() + waitMs };
      throw error;
    } finally {
      loading = undefined;
    }
  };
  return {
    async get() {
      if (held !== undefined && clock.now() < held.untilMs) return held.credentials;
      if (failure !== undefined && clock.monotonic() < failure.untilMs) throw failure.error;
      return (loading ??= reload(false));
    },
    async renew(refused) {
      if (loading !== undefined) return loading;
      if (held !== undefined && held.credentials !== refused) return held.credentials;
      if (failure !== undefined && clock.monotonic() < failure.untilMs) throw failure.error;
      return (loading ??= reload(true));
    },
  };
}

type Load = (held: Held | undefined, refused: boolean) => Promise<Held>;

function createLoader(options: CredentialSourceOptions): Load {
  const { cluster, clock, maxAgeMs, logger, reloadConnection } = options;
  let user = toUser(options, options.connection);
  let isFirst = true;
  const current = async (): Promise<ClusterConnection> => {
    // It has just been read, and parsing takes its time of a start.
    if (reloadConnection === undefined || isFirst) {
      isFirst = false;
      return options.connection;
    }
    try {
      return await reloadConnection();
    } catch (error) {
      // Caught in the midst of being written, or gone: what was read before still counts.
      logger.warn("connection cannot be read again", { cluster, error });
      return user.connection;
    }
  };
  return async (held, refused) => {
    const connection = await current();
    // A plugin's answer and renewed OIDC tokens are kept as long as the kubeconfig says the same.
    const same = isDeepStrictEqual(connection.authentication, user.connection.authentication);
    user = same ? { ...user, connection } : toUser(options, connection);
    const { exec, providerConfig } = user;
    if (refused) exec?.forget();
    const applied = await applyUser(connection, providerConfig, exec);
    const headers = await toHeaders(connection, applied);
    const expiryMs = Math.min(exec?.expiresAtMs ?? Infinity, toTokenExpiry(headers["authorization"]) ?? Infinity);
    const nowMs = clock.now();
    if (connection.authentication.type === "auth-provider" && headers["authorization"] === undefined) {
      throw new KubeError({
        reason: "CredentialsUnavailable",
        message: "the token of the auth-provider has expired and it has no refresh-token: log in again",
        cluster,
      });
    }
    // Never 0: a token that is expired already is the server's to refuse, not ours to fetch for every call.
    const ageMs = Math.max(1_000, Math.min(maxAgeMs, expiryMs - expiryMarginMs - nowMs));
    const credentials = toCredentials({ ...options, connection }, held?.credentials, applied, headers);
    return { credentials, untilMs: nowMs + ageMs };
  };
}

/** Who we are there, with what is remembered between two readings. */
interface ConnectionUser {
  readonly connection: ClusterConnection;
  readonly exec: ExecAuthenticator | undefined;
  /** client-node writes renewed OIDC tokens into this object. */
  readonly providerConfig: Record<string, string>;
}

function toUser(options: CredentialSourceOptions, connection: ClusterConnection): ConnectionUser {
  const { authentication } = connection;
  return {
    connection,
    exec: createExecAuthenticator({ ...options, connection }),
    providerConfig: authentication.type === "auth-provider" ? { ...authentication.config } : {},
  };
}

/** What a user brings to a request; client-node's providers and our exec plugin write it into request options. */
interface Applied {
  headers?: Record<string, string>;
  auth?: string;
  ca?: Buffer | string;
  cert?: Buffer | string;
  key?: Buffer | string;
}

/** As kubectl applies a user: certificates first, which a plugin may replace. A token file is read by `toHeaders`. */
async function applyUser(
  connection: ClusterConnection,
  providerConfig: Record<string, string>,
  exec: ExecAuthenticator | undefined,
): Promise<Applied> {
  const { authentication, tls, clientCertificate } = connection;
  const [ca, cert, key] = await Promise.all(
    [tls.ca, clientCertificate?.certificate, clientCertificate?.key].map((source) => readPem(source)),
  );
  const applied: Applied = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  switch (authentication.type) {
    case "token":
      if (authentication.token !== "") applied.headers = { Authorization: `Bearer ${authentication.token}` };
      break;
    case "basic":
      applied.auth = `${authentication.username}:${authentication.password}`;
      break;
    case "exec":
      await exec?.applyAuthentication({ name: "user", authProvider: { name: execProviderName, config: {} } }, applied);
      break;
    case "auth-provider":
      await applyProvider(connection, authentication.name, providerConfig, applied);
      break;
    case "none":
    case "token-file":
      break;
  }
  return applied;
}

async function readPem(source: PemSource | undefined): Promise<Buffer | undefined> {
  if (source === undefined) return undefined;
  const bytes = "file" in source ? await readFile(source.file) : Buffer.from(source.pem);
  return bytes.length === 0 ? undefined : bytes;
}

/** OIDC and its like are @kubernetes/client-node's. It takes half a second to load, so only who needs it does. */
async function applyProvider(
  { endpoints }: ClusterConnection,
  name: string,
  config: Record<string, string>,
  applied: Applied,
): Promise<void> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const kubeConfig = new KubeConfig();
  const server = endpoints[0]?.url ?? "";
  // client-node refuses plain http otherwise; verification itself is decided from `connection`, not here.
  const cluster = { name: "cluster", server, skipTLSVerify: server.startsWith("http:") };
  kubeConfig.loadFromClusterAndUser(cluster, { name: "user", authProvider: { name, config } });
  const provided: Applied = {};
  await kubeConfig.applyToHTTPSOptions(provided as object);
  if (provided.headers !== undefined) applied.headers = provided.headers;
}

/**
 * client-node's own reader of token files keeps them for a minute, keeps the newline at their end (a header may not), and prefers
 * `token` over them, so this one file is read here.
 */
async function toHeaders({ authentication }: ClusterConnection, applied: Applied): Promise<Record<string, string>> {
  if (authentication.type === "token-file") {
    const token = await readFile(authentication.file, "utf8").catch((error: unknown) => {
      if (authentication.fallbackToken === undefined) throw error;
      return authentication.fallbackToken;
    });
    return { authorization: `Bearer ${token.trim()}` };
  }
  const authorization = applied.headers?.["Authorization"];
  if (authorization !== undefined) return { authorization };
  if (applied.auth === undefined) return {};
  return { authorization: `Basic ${Buffer.from(applied.auth).toString("base64")}` };
}

/** The same material is the same object, so that connections stay. */
function toCredentials(
  { connection, logger, cluster }: CredentialSourceOptions,
  before: Credentials | undefined,
  { ca, cert, key }: Applied,
  headers: Readonly<Record<string, string>>,
): Credentials {
  const parts = (serverName: string | undefined): TlsParts => ({
    ca,
    cert,
    key,
    serverName: serverName ?? connection.tls.serverName,
    verify: !connection.tls.insecureSkipVerify,
  });
  const material = new Map<string | undefined, TlsMaterial>();
  const tlsFor = (serverName: string | undefined): TlsMaterial => {
    const known = material.get(serverName);
    if (known !== undefined) return known;
    const old = before?.tlsFor(serverName);
    const same = old !== undefined && old.fingerprint === fingerprintOf(parts(serverName));
    const made = same ? old : createTlsMaterial(parts(serverName));
    if (old !== undefined && !same) logger.info("TLS material has changed", { cluster });
    material.set(serverName, made);
    return made;
  };
  // Made now, so that a key that does not fit its certificate is found here and not by a request; and so that `before` is not kept.
  for (const { serverName } of connection.endpoints) tlsFor(serverName);
  before = undefined;
  return { headers, tlsFor };
}

/** Node.js' messages for files name the path, never the content. */
function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
