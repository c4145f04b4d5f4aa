import type { Clock } from "../lib/clock.ts";
import { isKubeError } from "../kube/kube-error.ts";
import type { Health } from "../kube/rows/row.ts";
import type { CredentialSource, Credentials } from "./credentials.ts";
import { createDeadline } from "./deadline.ts";
import type { Endpoint } from "./endpoint.ts";
import { ExchangeError, exchange } from "./exchange.ts";
import { toLinkFailure } from "./link-error.ts";
import type { ProbeLimits } from "./transport-limits.ts";

export interface ProbeOptions {
  readonly endpoint: Endpoint;
  readonly credentials: CredentialSource;
  readonly clock: Clock;
  readonly limits: ProbeLimits;
  readonly userAgent: string;
}

/**
 * Asks the endpoint once whether it is ready, over a connection of its own, so that certificate and route are looked at each time.
 * Never throws; after an abort the answer means nothing.
 */
export async function probeOnce(options: ProbeOptions, signal: AbortSignal): Promise<Omit<Health, "since">> {
  const { credentials, clock, limits } = options;
  const deadline = createDeadline(clock, limits.timeoutMs, signal);
  try {
    const current = await credentials.get();
    const answer = await ask(options, current, deadline.signal);
    if (answer.status !== 401) return toHealth(answer);
    const renewed = await credentials.renew(current);
    const last = renewed === current ? answer : await ask(options, renewed, deadline.signal);
    return last.status === 401 ? toRefusal(renewed, clock) : toHealth(last);
  } catch (cause) {
    if (isKubeError(cause)) return down(cause.reason, cause.message);
    if (deadline.passed) return down("Timeout", `no answer within ${limits.timeoutMs} ms`);
    const { health, message } = toLinkFailure(cause instanceof ExchangeError ? cause.cause : cause);
    return down(health, message);
  } finally {
    deadline.dispose();
  }
}

interface ProbeAnswer {
  readonly status: number;
  readonly text: string;
}

/** /readyz is what the API server says of itself; where it may not be asked or does not exist, any answer of /version will do. */
async function ask(options: ProbeOptions, credentials: Credentials, signal: AbortSignal): Promise<ProbeAnswer> {
  const connections = options.endpoint.probeConnections(credentials);
  const get = async (path: string): Promise<ProbeAnswer> => {
    const headers = { accept: "*/*", "user-agent": options.userAgent, ...credentials.headers };
    const request = { method: "GET", path: options.endpoint.pathPrefix + path, headers } as const;
    const { status, body } = await exchange(connections, request, signal);
    return { status, text: (await body.read(maxProbeBytes)).toString("utf8") };
  };
  try {
    const ready = await get("/readyz");
    if (ready.status !== 403 && ready.status !== 404) return ready;
    const version = await get("/version");
    return version.status === 403 ? { status: 200, text: "" } : version;
  } finally {
    connections.destroy(new Error("probe is over"));
  }
}

/** /readyz lists a line for each check that failed. */
const maxProbeBytes = 256 * 1024;

function toHealth({ status, text }: ProbeAnswer): Omit<Health, "since"> {
  if (status < 300) return { state: "UP", reason: null, message: null };
  // It answers, and its own word is that it should get no work now (etcd away, overload, starting).
  const message = text.split("\n").find((line) => line.startsWith("[-]")) ?? `the server answered ${status}`;
  if (status === 429 || status >= 500) return { state: "DEGRADED", reason: "NotReady", message: message.slice(0, 200) };
  return down("UnexpectedAnswer", `the server answered ${status}`);
}

/** An API server does not say why it refuses; that our certificate has ended we can see ourselves (YH-18). */
function toRefusal(credentials: Credentials, clock: Clock): Omit<Health, "since"> {
  const expiresAtMs = credentials.tlsFor(undefined).clientCertificateExpiresAtMs;
  if (expiresAtMs === undefined || expiresAtMs > clock.now())
    return down("Unauthorized", "the server refuses our credentials");
  return down("ClientCertificateExpired", `our client certificate expired at ${new Date(expiresAtMs).toISOString()}`);
}

function down(reason: string, message: string): Omit<Health, "since"> {
  return { state: "DOWN", reason, message };
}
