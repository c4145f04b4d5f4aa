import type { Random } from "../../lib/backoff.ts";
import type { StatusCause } from "../status-error.ts";

/** What a name must look like: RFC 1123 subdomain or label, RFC 1035 label, or any one part of a path. */
export type NameRule = "subdomain" | "label" | "label1035" | "pathSegment";

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

const complaints = {
  subdomain:
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  label:
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  label1035:
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
} as const;

function complaint(name: string, rule: NameRule): string | undefined {
  switch (rule) {
    case "pathSegment":
      if (name === "." || name === "..") return `may not be '${name}'`;
      if (name.includes("/")) return "may not contain '/'";
      return name.includes("%") ? "may not contain '%'" : undefined;
    case "subdomain":
      if (name.length > 253) return "must be no more than 253 characters";
      return subdomain.test(name) ? undefined : complaints.subdomain;
    case "label":
      if (name.length > 63) return "must be no more than 63 characters";
      return label.test(name) ? undefined : complaints.label;
    case "label1035":
      if (name.length > 63) return "must be no more than 63 characters";
      return label1035.test(name) ? undefined : complaints.label1035;
  }
}

/** What is wrong with metadata.name. */
export function validateName(name: string, rule: NameRule): readonly StatusCause[] {
  const found = complaint(name, rule);
  if (found === undefined) return [];
  const message = `Invalid value: ${JSON.stringify(name)}: ${found}`;
  return [{ reason: "FieldValueInvalid", message, field: "metadata.name" }];
}

/** Without vowels and look-alikes, as the real server's suffixes. */
const suffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";

/** A name from metadata.generateName: the prefix, cut so that all fits, and five letters. */
export function generateName(prefix: string, random: Random): string {
  let suffix = "";
  for (let i = 0; i < 5; i++) suffix += suffixAlphabet[Math.floor(random() * suffixAlphabet.length)];
  return `${prefix.slice(0, 58)}${suffix}`;
}

/** A random uid, RFC 4122 version 4. */
export function createUid(random: Random): string {
  const hex = (digits: number): string => {
    let text = "";
    for (let i = 0; i < digits; i++) text += Math.floor(random() * 16).toString(16);
    return text;
  };
  const variant = (8 + Math.floor(random() * 4)).toString(16);
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${variant}${hex(3)}-${hex(12)}`;
}
