/**
 * The texts of `Warning` headers (RFC 7234, 5.5): `299 - "policy/v1beta1 is deprecated"`. The API server sends code 299 and no agent;
 * what is not of this form is left out.
 */
export function parseWarnings(header: string | readonly string[] | undefined): string[] {
  if (header === undefined) return [];
  const lines = typeof header === "string" ? [header] : header;
  return lines.flatMap((line) =>
    Array.from(line.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/gu), (match) => toText(match[1] ?? "")),
  );
}

/** quoted-pair undone; header bytes come as latin1 and are UTF-8. */
function toText(quoted: string): string {
  return Buffer.from(quoted.replaceAll(/\\(.)/gu, "$1"), "latin1").toString("utf8");
}
