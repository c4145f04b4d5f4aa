/**
 * Order of strings by code point: the order in which etcd, and so every API server, lists names. JavaScript's `<` compares UTF-16 units, which
 * puts what needs two units (over U+FFFF) before U+E000 - U+FFFF; names may hold such characters (RBAC, custom resources with path segment names).
 */
export function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const leftUnit = left.charCodeAt(index);
    const rightUnit = right.charCodeAt(index);
    if (leftUnit !== rightUnit) return rank(leftUnit) - rank(rightUnit);
  }
  return left.length - right.length;
}

/** Moves surrogates (U+D800 - U+DFFF) behind everything that needs one unit. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
