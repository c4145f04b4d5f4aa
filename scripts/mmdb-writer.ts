/**
 * Writes small databases in the MaxMind DB file format 2.0: a binary search tree over IPv6 (IPv4 lies under ::/96), a data section, metadata.
 * Records are 24 bits, which is room for 16 MiB.
 */
export type MmdbValue =
  string | number | MmdbDouble | MmdbUint64 | readonly MmdbValue[] | { readonly [key: string]: MmdbValue };

/** Numbers are written as uint32 unless they are wrapped. */
export class MmdbDouble {
  constructor(readonly value: number) {}
}
export class MmdbUint64 {
  constructor(readonly value: number) {}
}

export interface MmdbNetwork {
  /** The 16 bytes of the first address, IPv4 in the last four. */
  readonly address: Uint8Array;
  /** Of 128 bits. */
  readonly prefix: number;
  readonly value: MmdbValue;
}

export interface MmdbOptions {
  readonly type: string;
  readonly description: string;
  readonly builtAtSeconds: number;
}

type Leaf = { readonly value: MmdbValue };
type TreeNode = { children: [TreeNode | Leaf | undefined, TreeNode | Leaf | undefined] };

/** The bytes of a database. Networks must not overlap. */
export function writeMmdb(
  networks: readonly MmdbNetwork[],
  { type, description, builtAtSeconds }: MmdbOptions,
): Buffer {
  const root: TreeNode = { children: [undefined, undefined] };
  for (const network of networks) insert(root, network);
  const nodes = number(root);
  const { data, offsets } = writeData(networks);
  const tree = Buffer.concat([...nodes.keys()].map((node) => writeNode(node, nodes, offsets)));
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: new MmdbUint64(builtAtSeconds),
    database_type: type,
    description: { en: description },
    ip_version: 6,
    languages: ["en"],
    node_count: nodes.size,
    record_size: 24,
  });
  return Buffer.concat([tree, Buffer.alloc(16), data, Buffer.from("\xab\xcd\xefMaxMind.com", "latin1"), metadata]);
}

function insert(root: TreeNode, { address, prefix, value }: MmdbNetwork): void {
  let node = root;
  for (let depth = 0; depth < prefix; depth += 1) {
    const bit = (address[depth >> 3]! >> (7 - (depth & 7))) & 1;
    if (depth === prefix - 1) {
      if (node.children[bit] !== undefined) throw new Error("networks overlap");
      node.children[bit] = { value };
      return;
    }
    node.children[bit] ??= { children: [undefined, undefined] };
    const next = node.children[bit];
    if ("value" in next) throw new Error("networks overlap");
    node = next;
  }
}

/** Each node of the tree to its number, the root first. */
function number(root: TreeNode): ReadonlyMap<TreeNode, number> {
  const nodes = new Map<TreeNode, number>();
  const visit = (node: TreeNode): void => {
    nodes.set(node, nodes.size);
    for (const child of node.children) if (child !== undefined && "children" in child) visit(child);
  };
  visit(root);
  return nodes;
}

function writeData(networks: readonly MmdbNetwork[]): {
  readonly data: Buffer;
  readonly offsets: ReadonlyMap<MmdbValue, number>;
} {
  const parts: Buffer[] = [];
  const offsets = new Map<MmdbValue, number>();
  let length = 0;
  for (const { value } of networks) {
    if (offsets.has(value)) continue;
    const bytes = encode(value);
    offsets.set(value, length);
    parts.push(bytes);
    length += bytes.length;
  }
  return { data: Buffer.concat(parts), offsets };
}

function writeNode(
  node: TreeNode,
  nodes: ReadonlyMap<TreeNode, number>,
  offsets: ReadonlyMap<MmdbValue, number>,
): Buffer {
  const bytes = Buffer.alloc(6);
  for (const [side, child] of node.children.entries()) {
    // The node count itself says that nothing is known.
    let record = nodes.size;
    if (child !== undefined)
      record = "children" in child ? nodes.get(child)! : nodes.size + 16 + offsets.get(child.value)!;
    bytes.writeUIntBE(record, side * 3, 3);
  }
  return bytes;
}

function encode(value: MmdbValue): Buffer {
  if (typeof value === "string") {
    const text = Buffer.from(value);
    return Buffer.concat([control(2, text.length), text]);
  }
  if (typeof value === "number") return unsigned(6, value);
  if (value instanceof MmdbUint64) return unsigned(9, value.value);
  if (value instanceof MmdbDouble) {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value.value);
    return Buffer.concat([control(3, 8), bytes]);
  }
  if (Array.isArray(value))
    return Buffer.concat([control(11, value.length), ...(value as readonly MmdbValue[]).map(encode)]);
  const entries = Object.entries(value);
  return Buffer.concat([
    control(7, entries.length),
    ...entries.flatMap(([key, item]) => [encode(key), encode(item as MmdbValue)]),
  ]);
}

/** Without leading zero bytes; 0 has none at all. */
function unsigned(type: number, value: number): Buffer {
  const hex = value === 0 ? "" : value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
  return Buffer.concat([control(type, bytes.length), bytes]);
}

/** Types beyond 7 take a second byte; sizes beyond 28 one more. */
function control(type: number, size: number): Buffer {
  if (size >= 285) throw new Error("this writer has no fields of 285 bytes and more");
  const head = Buffer.from(type <= 7 ? [type << 5] : [0, type - 7]);
  head[0]! |= Math.min(size, 29);
  return size < 29 ? head : Buffer.concat([head, Buffer.from([size - 29])]);
}
