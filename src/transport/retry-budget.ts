/**
 * How many retries one cluster may cost. A failing cluster must not get twice the load because it fails: each failure takes a token, a
 * success gives a tenth back, and below half of the tokens nothing is retried (the scheme of gRPC's retry throttling).
 */
export interface RetryBudget {
  /** A call failed in a way that may be retried: whether it should be. */
  spend(): boolean;
  earn(): void;
}

const maxTokens = 20;
const earnedTokens = 0.1;

export function createRetryBudget(): RetryBudget {
  let tokens = maxTokens;
  return {
    spend() {
      tokens = Math.max(0, tokens - 1);
      return tokens > maxTokens / 2;
    },
    earn() {
      tokens = Math.min(maxTokens, tokens + earnedTokens);
    },
  };
}
