import { ApiError } from "./api-error.ts";
import { isRecord, toRecord } from "./read-json.ts";
import { toResourceName } from "./resource-id.ts";
import { toSelectableFields } from "./selectable-fields.ts";
import type { ResourceId } from "./resource-id.ts";
import type { AnyRow } from "./rows/row.ts";

export interface FieldRequirement {
  readonly field: string;
  readonly operator: "=" | "!=";
  readonly value: string;
}

/** All terms must hold; without terms it takes everything. */
export type FieldSelector = readonly FieldRequirement[];

/**
 * Reads a field selector as the API server does (apimachinery pkg/fields): `a=b`, `a==b`, `a!=b` joined by commas, with "\" before ",", "="
 * and "\" in a value. Throws ApiError BAD_USER_INPUT for what is none, and for a field that the API server of this resource would refuse,
 * naming those it takes. `declared` are the selectableFields of a custom resource's definition.
 */
export function parseFieldSelector(
  text: string,
  resource: ResourceId,
  declared: readonly string[] = [],
): FieldSelector {
  const taken = toSelectableFields(resource, declared);
  return splitTerms(text)
    .filter((term) => term !== "")
    .map((term) => {
      const requirement = parseTerm(term, text);
      if (taken.includes(requirement.field)) return requirement;
      const rule = `${toResourceName(resource)} can be selected by ${taken.join(", ")}, but not by ${quote(requirement.field)}`;
      throw new ApiError("BAD_USER_INPUT", `field selector ${quote(text)}: ${rule}`);
    });
}

/** Whether the row's object is selected. Fields that the row does not hold are read from its body. */
export function matchesFields(selector: FieldSelector, row: AnyRow): boolean {
  return selector.every(({ field, operator, value }) => (toFieldValue(row, field) === value) === (operator === "="));
}

/** At commas that no backslash stands before. */
function splitTerms(text: string): readonly string[] {
  const terms: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === "\\") index += 1;
    else if (text[index] === ",") {
      terms.push(text.slice(start, index));
      start = index + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function parseTerm(term: string, text: string): FieldRequirement {
  const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
  if (match === null) {
    throw new ApiError("BAD_USER_INPUT", `field selector ${quote(text)}: ${quote(term)} has no =, == or !=`);
  }
  const [, field, operator, escaped] = match;
  const rest = escaped!.replaceAll(/\\[\\,=]/g, "");
  const wrong = /[\\,=]/.exec(rest)?.[0];
  if (wrong !== undefined) {
    const rule =
      wrong === "\\"
        ? 'a backslash stands only before "\\", "," or "="'
        : `${quote(wrong)} in a value is written ${quote(`\\${wrong}`)}`;
    throw new ApiError("BAD_USER_INPUT", `field selector ${quote(text)}: in ${quote(term)} ${rule}`);
  }
  return {
    field: field!,
    operator: operator === "!=" ? "!=" : "=",
    value: escaped!.replaceAll(/\\([\\,=])/g, "$1"),
  };
}

/** As the API server prints it for comparison: absent is "". */
function toFieldValue(row: AnyRow, field: string): string {
  if (field === "metadata.name") return row.name;
  if (field === "metadata.namespace") return row.namespace ?? "";
  return print(fromRow(row, field) ?? fromBody(row, field));
}

/** What rows hold; undefined where the body has to be read. */
function fromRow(row: AnyRow, field: string): unknown {
  switch (row.__typename) {
    case "Pod":
      if (field === "spec.nodeName" || field === "spec.host") return row.nodeName ?? "";
      if (field === "status.phase") return row.phase;
      if (field === "status.podIP") return row.ip ?? "";
      // Taken, but the API server holds no value for it.
      if (field === "status.podIPs") return "";
      if (field === "spec.serviceAccountName") return row.serviceAccountName ?? "";
      return undefined;
    case "ClusterNode":
      return field === "spec.unschedulable" ? !row.schedulable : undefined;
    case "Namespace":
      return field === "status.phase" ? row.phase : undefined;
    case "Service":
      return field === "spec.type" ? row.type : undefined;
    case "Event":
      if (field === "reason") return row.reason;
      if (field === "type") return row.type;
      return undefined;
    default:
      return undefined;
  }
}

function fromBody(row: AnyRow, field: string): unknown {
  const object: Readonly<Record<string, unknown>> = row.body.parse();
  if (row.__typename === "Event") return readEvent(object, field);
  if (row.__typename === "Job" && field === "status.successful") return toRecord(object.status).succeeded ?? 0;
  if (row.__typename === "Pod" && field === "spec.hostNetwork") return toRecord(object.spec).hostNetwork ?? false;
  let value: unknown = object;
  for (const part of field.split(".")) value = isRecord(value) ? value[part] : undefined;
  return value;
}

/** Either shape of an event under either group's field names. */
function readEvent(object: Readonly<Record<string, unknown>>, field: string): unknown {
  const reporter = object.reportingComponent || object.reportingController || "";
  if (field === "reportingComponent" || field === "reportingController") return reporter;
  if (field === "source") return toRecord(object.source ?? object.deprecatedSource).component || reporter;
  const reference = toRecord(object.involvedObject ?? object.regarding);
  return reference[field.slice(field.indexOf(".") + 1)];
}

function print(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function quote(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
