import { isJsonObject, itemsAt } from "../json-value.ts";
import type { StatusCause } from "../status-error.ts";

export function required(field: string, message = "Required value"): StatusCause {
  return { reason: "FieldValueRequired", message, field };
}

const containerName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const restartPolicies = ["Always", "OnFailure", "Never"];

function validateContainers(containers: readonly unknown[], field: string): StatusCause[] {
  const causes: StatusCause[] = [];
  const seen = new Set<string>();
  containers.forEach((container, index) => {
    const at = `${field}[${index}]`;
    const { name, image } = isJsonObject(container) ? container : {};
    if (typeof name !== "string" || name === "") causes.push(required(`${at}.name`));
    else if (!containerName.test(name)) {
      const message = `Invalid value: ${JSON.stringify(name)}: a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`;
      causes.push({ reason: "FieldValueInvalid", message, field: `${at}.name` });
    } else if (seen.has(name)) {
      causes.push({ reason: "FieldValueDuplicate", message: `Duplicate value: ${JSON.stringify(name)}`, field: `${at}.name` }); // prettier-ignore
    } else seen.add(name);
    if (typeof image !== "string" || image === "") causes.push(required(`${at}.image`));
  });
  return causes;
}

/** The rules for a pod's spec that people meet: containers with a name and an image, a known restart policy. */
export function validatePodSpec(spec: unknown, field: string): readonly StatusCause[] {
  const containers = itemsAt(spec, "containers");
  const causes =
    containers.length === 0 ? [required(`${field}.containers`)] : validateContainers(containers, `${field}.containers`);
  causes.push(...validateContainers(itemsAt(spec, "initContainers"), `${field}.initContainers`));
  const policy = isJsonObject(spec) ? spec["restartPolicy"] : undefined;
  if (typeof policy === "string" && !restartPolicies.includes(policy)) {
    const message = `Unsupported value: ${JSON.stringify(policy)}: supported values: ${restartPolicies.map((name) => JSON.stringify(name)).join(", ")}`;
    causes.push({ reason: "FieldValueNotSupported", message, field: `${field}.restartPolicy` });
  }
  return causes;
}
