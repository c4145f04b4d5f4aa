import { StatusError } from "../status-error.ts";
import { formatFieldPath, pathsOf } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";
import type { Manager } from "./managed-fields.ts";

/** `"kubectl" with subresource "scale" using apps/v1`: how a conflict names the other. */
function formatManager({ manager, operation, apiVersion, subresource }: Manager): string {
  const name =
    subresource === ""
      ? JSON.stringify(manager)
      : `${JSON.stringify(manager)} with subresource ${JSON.stringify(subresource)}`;
  return operation === "Update" ? `${name} using ${apiVersion}` : name;
}

/** 409 with a cause for each field that another manager owns. */
export function conflictError(
  conflicts: readonly { readonly manager: Manager; readonly set: FieldSet }[],
): StatusError {
  const fields = conflicts.flatMap(({ manager, set }) =>
    [...pathsOf(set)].map((path) => ({ manager: formatManager(manager), field: formatFieldPath(path) })),
  );
  const causes = fields.map(({ manager, field }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${manager}`,
    field,
  }));
  return new StatusError({ code: 409, reason: "Conflict", message: formatMessage(fields), details: { causes } });
}

function formatMessage(fields: readonly { readonly manager: string; readonly field: string }[]): string {
  const [first] = fields;
  if (fields.length === 1 && first !== undefined) {
    return `Apply failed with 1 conflict: conflict with ${first.manager}: ${first.field}`;
  }
  const managers = [...new Set(fields.map(({ manager }) => manager))].sort();
  const lines = managers.flatMap((manager) => [
    `conflicts with ${manager}:`,
    ...fields.filter((one) => one.manager === manager).map(({ field }) => `- ${field}`),
  ]);
  return `Apply failed with ${fields.length} conflicts: ${lines.join("\n")}`;
}
