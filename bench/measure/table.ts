import type { Bound, RowResult } from "../cases/bench-case.ts";
import { median } from "./statistics.ts";

export type Verdict = "aim met" | "must met" | "NOT MET" | "aim not met" | "";

export function judge({ values, bound }: RowResult): Verdict {
  if (bound === undefined) return "";
  const value = median(values);
  const meets = (limit: number): boolean => (bound.atLeast === true ? value >= limit : value <= limit);
  if (bound.aim !== undefined && meets(bound.aim)) return "aim met";
  if (bound.must === undefined) return "aim not met";
  return meets(bound.must) ? "must met" : "NOT MET";
}

/** The table of the issue, in Markdown. */
export function toTable(rows: readonly RowResult[]): string {
  const head = ["what", "median of fleetgraph, of its yardstick", "figure", "spread of rounds", "must", "aim", "met?"];
  return [toLine(head), toLine(head.map(() => "---")), ...toLines(rows)].join("\n").concat("\n");
}

/** The rows alone, one line each. */
export function toLines(rows: readonly RowResult[]): string[] {
  return rows.map((row) => {
    const { what, values, bound, measured } = row;
    const unit = bound?.unit ?? "x";
    const spread = values.length > 1 ? `${figure(Math.min(...values))} to ${figure(Math.max(...values))}` : "";
    const limits = bound === undefined ? ["", ""] : [limit(bound, bound.must), limit(bound, bound.aim)];
    return toLine([what, measured, `${figure(median(values))} ${unit}`.trim(), spread, ...limits, judge(row)]);
  });
}

function toLine(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function limit({ unit, atLeast = false }: Bound, value: number | undefined): string {
  return value === undefined ? "" : `${atLeast ? ">=" : "<="} ${value} ${unit}`.trim();
}

function figure(value: number): string {
  if (Number.isNaN(value)) return "none";
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) < 10 ? value.toFixed(value < 0.1 ? 3 : 2) : value.toFixed(1);
}
