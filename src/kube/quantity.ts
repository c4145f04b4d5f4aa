/**
 * Kubernetes quantities ("500m", "1Gi", "12e6"), exact. The grammar and the canonical form are those of apimachinery's pkg/api/resource,
 * except that nothing is capped at 2^63 - 1: a fleet may hold more than one int64.
 */
type Format = "DecimalSI" | "BinarySI" | "DecimalExponent";

interface Quantity {
  /** In billionths, the smallest step of a quantity. */
  readonly nano: bigint;
  readonly format: Format;
}

const nanoPerUnit = 1_000_000_000n;

const decimalExponents: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  "": 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const decimalSuffixes = new Map(Object.entries(decimalExponents).map(([suffix, exponent]) => [exponent, suffix]));
const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/** Beyond this a power of ten is no amount of anything, only a way to make a machine count. */
const maximumExponent = 60;
/** Same for digits. */
const maximumLength = 100;

const grammar = /^([+-]?)(\d*)(?:\.(\d*))?(?:([KMGTPE]i)|[eE]([+-]?\d+)|([numkMGTPE]?))$/;

function parse(text: string): Quantity | undefined {
  if (text.length > maximumLength) return undefined;
  const match = grammar.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", binary, exponent, decimal = ""] = match;
  if (whole === "" && fraction === "") return undefined;
  let numerator = BigInt(whole + fraction) * nanoPerUnit;
  let tens = -fraction.length;
  let format: Format = "DecimalSI";
  if (binary !== undefined) {
    numerator *= 1024n ** BigInt(binarySuffixes.indexOf(binary));
    format = "BinarySI";
  } else if (exponent !== undefined) {
    if (Math.abs(Number(exponent)) > maximumExponent) return undefined;
    tens += Number(exponent);
    format = "DecimalExponent";
  } else {
    tens += decimalExponents[decimal]!;
  }
  const magnitude = tens >= 0 ? numerator * 10n ** BigInt(tens) : divideUp(numerator, 10n ** BigInt(-tens));
  // As apimachinery has it: less than one byte is written in decimal.
  if (format === "BinarySI" && magnitude > 0n && magnitude < nanoPerUnit) format = "DecimalSI";
  return { nano: sign === "-" ? -magnitude : magnitude, format };
}

/** The amount in billionths, fractions of that rounded away from zero; undefined where `text` is no quantity. */
export function parseQuantity(text: string): bigint | undefined {
  return parse(text)?.nano;
}

/** Negative, 0 or positive as `a` is less than, equal to or more than `b`. Throws RangeError where one is no quantity. */
export function compareQuantity(a: string, b: string): number {
  const difference = demand(a).nano - demand(b).nano;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Thousandths, rounded up (a request for any is a request for some). Throws RangeError where `text` is no quantity. */
export function toMilli(text: string): bigint {
  return ceilDivide(demand(text).nano, 1_000_000n);
}

/** Whole units, rounded up. Throws RangeError where `text` is no quantity. */
export function toWhole(text: string): bigint {
  return ceilDivide(demand(text).nano, nanoPerUnit);
}

/** The exact sum in canonical form, in the format of the first that is not zero; "0" of none. Throws RangeError. */
export function sumQuantities(texts: Iterable<string>): string {
  let sum: Quantity = { nano: 0n, format: "DecimalSI" };
  for (const text of texts) {
    const next = demand(text);
    sum = { nano: sum.nano + next.nano, format: sum.nano === 0n ? next.format : sum.format };
  }
  return write(sum);
}

/** The larger of two, as it is written; the first where they are equal. Throws RangeError. */
export function maxQuantity(a: string, b: string): string {
  return compareQuantity(a, b) >= 0 ? a : b;
}

/** An amount of billionths in canonical form. */
export function formatQuantity(nano: bigint, format: Format): string {
  return write({ nano, format });
}

function write({ nano, format }: Quantity): string {
  if (nano === 0n) return "0";
  const magnitude = nano < 0n ? -nano : nano;
  const sign = nano < 0n ? "-" : "";
  // Below 1024, and where bytes would be split, apimachinery writes decimal rather than round.
  const isBinary = format === "BinarySI" && magnitude >= 1024n * nanoPerUnit && magnitude % nanoPerUnit === 0n;
  if (isBinary) {
    const { rest, times } = takeOut(magnitude / nanoPerUnit, 1024n, binarySuffixes.length - 1);
    return `${sign}${rest}${binarySuffixes[times]}`;
  }
  // From nano (-9) upwards in steps of three.
  const highest = format === "DecimalExponent" ? Number.MAX_SAFE_INTEGER : (18 + 9) / 3;
  const { rest, times } = takeOut(magnitude, 1000n, highest);
  const exponent = times * 3 - 9;
  const suffix = format === "DecimalExponent" ? (exponent === 0 ? "" : `e${exponent}`) : decimalSuffixes.get(exponent);
  return `${sign}${rest}${suffix}`;
}

function takeOut(value: bigint, factor: bigint, most: number): { readonly rest: bigint; readonly times: number } {
  let rest = value;
  let times = 0;
  while (times < most && rest % factor === 0n) {
    rest /= factor;
    times += 1;
  }
  return { rest, times };
}

function demand(text: string): Quantity {
  const quantity = parse(text);
  if (quantity === undefined) throw new RangeError(`not a Kubernetes quantity: ${JSON.stringify(text)}`);
  return quantity;
}

/** Of magnitudes: away from zero. */
function divideUp(value: bigint, divisor: bigint): bigint {
  return (value + divisor - 1n) / divisor;
}

function ceilDivide(value: bigint, divisor: bigint): bigint {
  return value > 0n ? divideUp(value, divisor) : value / divisor;
}
