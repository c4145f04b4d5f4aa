/**
 * Checks the bytes of a MaxMind DB from end to end before anybody looks something up in it (MaxMind DB file format 2.0): a reader that trusts
 * a damaged file gives wrong places or throws for some addresses only.
 */
export interface MmdbLayout {
  readonly nodeCount: number;
  /** Bits of one record: 24, 28 or 32. */
  readonly recordSize: number;
}

const marker = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
/** Zero bytes between tree and data. */
const separatorBytes = 16;

/** Sizes that the format allows for a type's payload; other types have any. */
const fixedSizes: Readonly<Record<number, { readonly name: string; readonly bytes: number; readonly exact: boolean }>> =
  {
    3: { name: "double", bytes: 8, exact: true },
    5: { name: "uint16", bytes: 2, exact: false },
    6: { name: "uint32", bytes: 4, exact: false },
    8: { name: "int32", bytes: 4, exact: false },
    9: { name: "uint64", bytes: 8, exact: false },
    10: { name: "uint128", bytes: 16, exact: false },
    15: { name: "float", bytes: 4, exact: true },
  };
const pointerType = 1;
const mapType = 7;
const arrayType = 11;
const booleanType = 14;

/** Where the metadata begin; -1 in a file that is no MaxMind DB. */
export function findMetadata(bytes: Buffer): number {
  return bytes.lastIndexOf(marker);
}

/** What is wrong with the database, in words that follow "it is damaged: "; undefined where nothing is. */
export function findDamage(bytes: Buffer, { nodeCount, recordSize }: MmdbLayout): string | undefined {
  const treeBytes = (nodeCount * recordSize) / 4;
  const dataStart = treeBytes + separatorBytes;
  const dataEnd = findMetadata(bytes);
  if (!Number.isInteger(treeBytes) || dataStart > dataEnd)
    return `its metadata tell of ${nodeCount} nodes, which do not fit the file`;
  if (bytes.subarray(treeBytes, dataStart).some((byte) => byte !== 0)) {
    return `its metadata tell of ${nodeCount} nodes, but the tree does not end there`;
  }
  return findTreeDamage(bytes, { nodeCount, recordSize, highest: nodeCount + separatorBytes + (dataEnd - dataStart) }) ?? findDataDamage(bytes.subarray(dataStart, dataEnd)); // prettier-ignore
}

/** Each record leads to a node, to nothing (the node count), or into the data. */
function findTreeDamage(bytes: Buffer, layout: MmdbLayout & { readonly highest: number }): string | undefined {
  const { nodeCount, recordSize, highest } = layout;
  const nodeBytes = recordSize / 4;
  for (let node = 0; node < nodeCount; node += 1) {
    const at = node * nodeBytes;
    for (const record of readRecords(bytes, at, recordSize)) {
      const isOutside = record >= highest || (record > nodeCount && record < nodeCount + separatorBytes);
      if (isOutside) return `node ${node} of its tree leads out of the file`;
    }
  }
  return undefined;
}

function readRecords(bytes: Buffer, at: number, recordSize: number): readonly [number, number] {
  if (recordSize === 24) return [bytes.readUIntBE(at, 3), bytes.readUIntBE(at + 3, 3)];
  if (recordSize === 32) return [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)];
  // 28: the middle byte holds the high bits of both.
  const middle = bytes[at + 3]!;
  return [(middle >> 4) * 2 ** 24 + bytes.readUIntBE(at, 3), (middle & 0x0f) * 2 ** 24 + bytes.readUIntBE(at + 4, 3)];
}

/** Fields follow one another without gaps, those of maps and arrays too, so that one pass from the start meets each of them. */
function findDataDamage(data: Buffer): string | undefined {
  let at = 0;
  while (at < data.length) {
    const start = at;
    const control = data[at++]!;
    let type = control >> 5;
    if (type === pointerType) {
      at += ((control >> 3) & 3) + 1;
      continue;
    }
    if (type === 0) type = 7 + (data[at++] ?? 0);
    let size = control & 0x1f;
    if (size >= 29) {
      const extra = size - 28;
      if (at + extra > data.length) return `a field at byte ${start} of its data is cut off`;
      size = [29, 285, 65_821][extra - 1]! + data.readUIntBE(at, extra);
      at += extra;
    }
    const fixed = fixedSizes[type];
    if (fixed !== undefined && (fixed.exact ? size !== fixed.bytes : size > fixed.bytes)) {
      return `a ${fixed.name} at byte ${start} of its data has ${size} bytes`;
    }
    if (type !== mapType && type !== arrayType && type !== booleanType) at += size;
  }
  return at === data.length ? undefined : "the last field of its data is cut off";
}
