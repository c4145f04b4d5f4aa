import { notAcceptable } from "../unsupported.ts";

/** How an answer is written. */
export interface Representation {
  readonly as: "object" | "table" | "partial";
  readonly format: "json" | "yaml";
}

/** One range of an Accept header. */
export interface MediaRange {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** An Accept header, most wanted first. */
export function parseAccept(header: string | null): readonly MediaRange[] {
  const ranges = (header ?? "*/*").split(",").map((range): MediaRange & { readonly quality: number } => {
    const [type = "", ...rest] = range.split(";").map((part) => part.trim());
    const parameters = Object.fromEntries(
      rest.map((part) => part.split("=").map((side) => side.trim()) as [string, string]),
    );
    return { type: type.toLowerCase(), parameters, quality: Number(parameters["q"] ?? 1) };
  });
  return ranges.sort((a, b) => b.quality - a.quality);
}

function toRepresentation({ type, parameters }: MediaRange, allowsOther: boolean): Representation | undefined {
  const isJson = type === "application/json" || type === "*/*" || type === "application/*";
  if (!isJson && type !== "application/yaml") return undefined;
  const format = isJson ? "json" : "yaml";
  const { as, g, v } = parameters;
  if (as === undefined) return { as: "object", format };
  if (!allowsOther || g !== "meta.k8s.io" || v !== "v1") return undefined;
  if (as === "Table") return { as: "table", format };
  return as === "PartialObjectMetadata" || as === "PartialObjectMetadataList" ? { as: "partial", format } : undefined;
}

/** The first representation asked for that there is. Throws 406 where there is none: protobuf and CBOR among others. */
export function negotiate(header: string | null, { tables }: { readonly tables: boolean }): Representation {
  for (const range of parseAccept(header)) {
    const found = toRepresentation(range, tables);
    if (found !== undefined) return found;
  }
  throw notAcceptable();
}
