import type { Random } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import { sleep } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Health } from "../kube/rows/row.ts";
import type { EndpointStatus } from "../cluster/cluster.ts";
import type { CredentialSource } from "./credentials.ts";
import type { Endpoint } from "./endpoint.ts";
import { usability } from "./endpoint.ts";
import { EndpointDownError } from "./link-error.ts";
import { probeOnce } from "./probe.ts";
import type { ProbeLimits } from "./transport-limits.ts";

export interface ProberOptions {
  readonly cluster: string;
  readonly endpoint: Endpoint;
  readonly credentials: CredentialSource;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly limits: ProbeLimits;
  readonly userAgent: string;
  /** After each change of state, and only then. */
  readonly onChange: (before: EndpointStatus, after: EndpointStatus) => void;
}

/** Looks after the health of one endpoint. */
export interface Prober {
  /** Looks soon: a call found the link broken. */
  nudge(): void;
  /** Works until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * YH-19: the first answer counts at once; after that a change takes `failureThreshold` worse or `successThreshold` better answers in a row,
 * so that a flapping link converges. An endpoint that goes DOWN loses its connections at once: what hangs on them would hang for long.
 */
export function createProber(options: ProberOptions): Prober {
  const { cluster, endpoint, clock, random, logger, limits, onChange } = options;
  let wake: (() => void) | undefined;
  let inARow = 0;

  const settle = (found: Omit<Health, "since">): void => {
    const before = endpoint.status;
    const from = before.health.state;
    endpoint.probed();
    if (found.state !== "DOWN") endpoint.breaker.succeeded();
    if (found.state === from) {
      inARow = 0;
      // The same state for another reason: told to whoever looks, no event.
      endpoint.setHealth(found);
      return;
    }
    inARow += 1;
    const isWorse = usability(found.state) < usability(from);
    const needed = from === "UNKNOWN" ? 1 : isWorse ? limits.failureThreshold : limits.successThreshold;
    if (inARow < needed) return;
    inARow = 0;
    endpoint.setHealth(found);
    const level = found.state === "UP" ? "info" : "warn";
    logger[level]("endpoint health changed", { cluster, endpoint: endpoint.url, from, to: found.state, reason: found.reason }); // prettier-ignore
    if (found.state === "DOWN") endpoint.cut(new EndpointDownError(found.reason ?? "", found.message ?? ""));
    onChange(before, endpoint.status);
  };
  const pause = async (signal: AbortSignal): Promise<void> => {
    // Jitter: many clusters joined in the same moment are not probed in the same moment for ever.
    const ms = inARow > 0 ? limits.confirmMs : limits.intervalMs * (0.9 + 0.2 * random());
    const nudged = new AbortController();
    wake = () => nudged.abort();
    const onAbort = (): void => nudged.abort();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await sleep(clock, ms, nudged.signal).catch(() => {});
    } finally {
      wake = undefined;
      signal.removeEventListener("abort", onAbort);
    }
  };
  return {
    nudge() {
      wake?.();
    },
    async run(signal) {
      while (!signal.aborted) {
        const found = await probeOnce(options, signal);
        if (signal.aborted) return;
        settle(found);
        await pause(signal);
      }
    },
  };
}
