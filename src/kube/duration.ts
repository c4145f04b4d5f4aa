const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** As kubectl and Go write it, with days and weeks besides (of 24 h and 7 d). */
const kubernetesForm = /^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/;
const kubernetesPart = /(\d+(?:\.\d+)?)(ms|[smhdw])/g;

/** ISO 8601 without years and months, which have no fixed length. */
const isoForm = /^P(?=.)(?:(\d+(?:[.,]\d+)?)W)?(?:(\d+(?:[.,]\d+)?)D)?(?:T(?=.)(?:(\d+(?:[.,]\d+)?)H)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$/; // prettier-ignore
const isoUnits = ["w", "d", "h", "m", "s"] as const;

/** The longest span whose two ends can both be times of JavaScript. */
const maximumMs = 8.64e15;

/**
 * Milliseconds, rounded, of "90s", "1h30m", "1.5h", "7d", "0", or ISO 8601 "PT90S", "P1DT2H"; undefined where `text` is neither, negative
 * (a span has no direction), or longer than time itself as JavaScript counts it.
 */
export function parseDuration(text: string): number | undefined {
  if (text.length > 100) return undefined;
  const ms = parseKubernetes(text) ?? parseIso(text);
  return ms === undefined || ms > maximumMs ? undefined : Math.round(ms);
}

function parseKubernetes(text: string): number | undefined {
  if (text === "0") return 0;
  if (!kubernetesForm.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(kubernetesPart)) ms += Number(amount) * unitMs[unit!]!;
  return ms;
}

function parseIso(text: string): number | undefined {
  const match = isoForm.exec(text);
  if (match === null) return undefined;
  let ms = 0;
  for (const [index, unit] of isoUnits.entries())
    ms += Number((match[index + 1] ?? "0").replace(",", ".")) * unitMs[unit]!;
  return ms;
}
