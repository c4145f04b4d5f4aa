import { median } from "./statistics.ts";

/** One of the sides of a comparison; resolves with what it took. */
export type Sample = () => Promise<number>;

export interface Comparison {
  /** Of `ours` to `theirs`, one for each round: the ratio of the round's medians. */
  readonly ratios: readonly number[];
  readonly ours: number;
  readonly theirs: number;
}

export interface RoundsOptions {
  readonly rounds: number;
  /** Samples of each side in a round. */
  readonly samples: number;
  readonly ours: Sample;
  readonly theirs: Sample;
  /** Before each pair of samples. */
  readonly before?: () => Promise<unknown>;
}

/**
 * Interleaved: sample by sample both sides are asked, and who comes first changes, so that what else the machine does meets both alike. A round
 * that is not counted goes first: code and caches are warm then.
 */
export async function compareInRounds({ rounds, samples, ours, theirs, before }: RoundsOptions): Promise<Comparison> {
  const ratios: number[] = [];
  const all = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round <= rounds; round++) {
    const own: number[] = [];
    const other: number[] = [];
    for (let sample = 0; sample < samples; sample++) {
      await before?.();
      if (sample % 2 === 0) {
        own.push(await ours());
        other.push(await theirs());
      } else {
        other.push(await theirs());
        own.push(await ours());
      }
    }
    if (round === 0) continue;
    ratios.push(median(own) / median(other));
    all.ours.push(...own);
    all.theirs.push(...other);
  }
  return { ratios, ours: median(all.ours), theirs: median(all.theirs) };
}
