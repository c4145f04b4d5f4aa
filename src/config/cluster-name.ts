/**
 * A DNS label for a context ("kubernetes-admin@kind" → "kubernetes-admin-kind"), unlike those in `taken`, to which it is added. The same
 * contexts in the same order give the same names.
 */
export function toClusterName(context: string, taken: Set<string>): string {
  const label = (text: string, length: number): string => text.slice(0, length).replace(/-+$/u, "");
  const plain = context
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, "-")
    .replace(/^-+/u, "");
  const base = label(plain, 63) === "" ? "cluster" : label(plain, 63);
  let name = base;
  for (let count = 2; taken.has(name); count++) name = `${label(base, 63 - `-${count}`.length)}-${count}`;
  taken.add(name);
  return name;
}
