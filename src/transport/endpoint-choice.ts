import type { EndpointBalance } from "../config/cluster-connection.ts";
import { usability } from "./endpoint.ts";
import type { Endpoint } from "./endpoint.ts";

/** Which endpoint a call goes to. */
export interface EndpointChoice {
  /** undefined where none may be used: all are down, resting, or among those `tried` by this call. */
  choose(tried: ReadonlySet<Endpoint>): Endpoint | undefined;
  /** Whether `choose` would find one; takes nobody's turn. */
  has(tried: ReadonlySet<Endpoint>): boolean;
}

/**
 * YH-10..12: each call to exactly one endpoint; `round-robin` over the healthy ones in their configured order, `priority` to the first of
 * them. One that answers but says it is not ready is used only where there is no other.
 */
export function createEndpointChoice(endpoints: readonly Endpoint[], balance: EndpointBalance): EndpointChoice {
  let next = 0;
  const gradeOf = ({ status, breaker }: Endpoint): number => (breaker.allows ? usability(status.health.state) : 0);
  const choose = (grade: number, tried: ReadonlySet<Endpoint>): Endpoint | undefined => {
    const start = balance === "round-robin" ? next : 0;
    for (let step = 0; step < endpoints.length; step += 1) {
      const at = (start + step) % endpoints.length;
      const endpoint = endpoints[at];
      if (endpoint === undefined || tried.has(endpoint) || gradeOf(endpoint) !== grade) continue;
      next = (at + 1) % endpoints.length;
      return endpoint;
    }
    return undefined;
  };
  return {
    choose: (tried) => choose(2, tried) ?? choose(1, tried),
    has: (tried) => endpoints.some((endpoint) => !tried.has(endpoint) && gradeOf(endpoint) > 0),
  };
}
