import type { KubeObject } from "../../kube/object.ts";
import { badRequest } from "../status-error.ts";

/** Fields of a kind that may be selected by, with how each is read; metadata.name and metadata.namespace come besides. */
export type SelectableFields = Readonly<Record<string, (object: KubeObject) => string>>;

export type FieldSelector = (object: KubeObject) => boolean;

const metadataFields: SelectableFields = {
  "metadata.name": (object) => object.metadata.name,
  "metadata.namespace": (object) => object.metadata.namespace ?? "",
};

/** Splits at commas that are not escaped with a backslash. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let term = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === "\\" && at + 1 < text.length) term += char + text[++at]!;
    else if (char === ",") {
      terms.push(term);
      term = "";
    } else term += char;
  }
  terms.push(term);
  return terms.filter((candidate) => candidate !== "");
}

function parseTerm(term: string): { readonly field: string; readonly equal: boolean; readonly value: string } {
  const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
  if (match === null) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  const [, field, operator, escaped] = match;
  return { field: field!, equal: operator !== "!=", value: escaped!.replace(/\\(.)/gs, "$1") };
}

/** The grammar of `fieldSelector`: `field=value`, `==`, `!=`, joined by commas. Throws 400 for a field the kind does not select by. */
export function parseFieldSelector(text: string | undefined, fields: SelectableFields): FieldSelector | undefined {
  if (text === undefined || text === "") return undefined;
  const tests = splitTerms(text).map((term) => {
    const { field, equal, value } = parseTerm(term);
    const read = Object.hasOwn(fields, field) ? fields[field] : metadataFields[field];
    if (read === undefined) throw badRequest(`field label not supported: ${field}`);
    return (object: KubeObject) => (read(object) === value) === equal;
  });
  return (object) => tests.every((selects) => selects(object));
}

/** The name that a selector allows alone, as its first term says it; undefined where it says none or is no selector. */
export function exactNameOf(text: string): string | undefined {
  try {
    const terms = splitTerms(text).map(parseTerm);
    return terms.find(({ field, equal }) => field === "metadata.name" && equal)?.value;
  } catch {
    return undefined;
  }
}
