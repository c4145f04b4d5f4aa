import type { KubeObject } from "../../kube/object.ts";
import { equalJson } from "../json-value.ts";
import type { Draft } from "../json-value.ts";
import type { StatusCause } from "../status-error.ts";

const prefix = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const namePart = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const totalAnnotationBytes = 256 * 1024;

const nameComplaint =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const valueComplaint =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

function isQualifiedName(key: string): boolean {
  const parts = key.split("/");
  if (parts.length > 2) return false;
  const name = parts.at(-1)!;
  return namePart.test(name) && (parts.length === 1 || (parts[0]!.length <= 253 && prefix.test(parts[0]!)));
}

function invalidValue(field: string, value: unknown, why: string): StatusCause {
  return { reason: "FieldValueInvalid", message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field };
}

function validateLabels(labels: Readonly<Record<string, string>>): StatusCause[] {
  const causes: StatusCause[] = [];
  for (const [key, value] of Object.entries(labels)) {
    if (!isQualifiedName(key)) causes.push(invalidValue("metadata.labels", key, nameComplaint));
    if (typeof value !== "string" || value.length > 63 || !labelValue.test(value)) {
      causes.push(invalidValue("metadata.labels", value, value.length > 63 ? "must be no more than 63 bytes" : valueComplaint)); // prettier-ignore
    }
  }
  return causes;
}

function validateAnnotations(annotations: Readonly<Record<string, string>>): StatusCause[] {
  const causes: StatusCause[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
    if (!isQualifiedName(key.toLowerCase())) causes.push(invalidValue("metadata.annotations", key, nameComplaint));
  }
  if (bytes > totalAnnotationBytes) {
    const message = `Too long: may not be more than ${totalAnnotationBytes} bytes`;
    causes.push({ reason: "FieldValueTooLong", message, field: "metadata.annotations" });
  }
  return causes;
}

function validateFinalizers(draft: Draft, old: KubeObject | undefined): StatusCause[] {
  const finalizers = draft.metadata.finalizers ?? [];
  const causes = finalizers
    .filter((name) => !isQualifiedName(name))
    .map((name) => invalidValue("metadata.finalizers", name, nameComplaint));
  if (old?.metadata.deletionTimestamp !== undefined) {
    const added = finalizers.filter((name) => !(old.metadata.finalizers ?? []).includes(name));
    if (added.length > 0) {
      const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((name) => JSON.stringify(name)).join(", ")}}`;
      causes.push({ reason: "FieldValueForbidden", message, field: "metadata.finalizers" });
    }
  }
  return causes;
}

function validateOwners(draft: Draft): StatusCause[] {
  const owners = draft.metadata.ownerReferences ?? [];
  const causes: StatusCause[] = [];
  owners.forEach((owner, index) => {
    for (const part of ["apiVersion", "kind", "name", "uid"] as const) {
      if (owner[part] === undefined || owner[part] === "") {
        const field = `metadata.ownerReferences[${index}].${part}`;
        causes.push({ reason: "FieldValueInvalid", message: 'Invalid value: "": must not be empty', field });
      }
    }
  });
  if (owners.filter(({ controller }) => controller === true).length > 1) {
    causes.push(invalidValue("metadata.ownerReferences", owners.map(({ name }) => name), "Only one reference can have Controller set to true.")); // prettier-ignore
  }
  return causes;
}

/** What is wrong with metadata apart from the name. */
export function validateMetadata(draft: Draft, old: KubeObject | undefined): readonly StatusCause[] {
  const { metadata } = draft;
  const causes = [
    ...validateLabels(metadata.labels ?? {}),
    ...validateAnnotations(metadata.annotations ?? {}),
    ...validateFinalizers(draft, old),
    ...validateOwners(draft),
  ];
  if (old !== undefined && !equalJson(metadata.uid, old.metadata.uid)) {
    causes.push(invalidValue("metadata.uid", metadata.uid, "field is immutable"));
  }
  return causes;
}
