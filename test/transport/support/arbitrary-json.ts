import fc from "fast-check";

export interface ArbitraryJsonOptions {
  /** Texts that a careless reader would stumble over. */
  readonly nasty: readonly string[];
  /** Keys that mean something where the object stands elsewhere. */
  readonly names: readonly string[];
}

/** Any JSON, and objects of it, with texts and keys that look like what is cut at. */
export function arbitraryJson({ nasty, names }: ArbitraryJsonOptions) {
  const text = fc.oneof(fc.string(), fc.constantFrom(...nasty));
  const tree = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.integer(),
      fc.constant(null),
      fc.array(tie("node"), { maxLength: 3 }),
      fc.dictionary(fc.oneof(text, fc.constantFrom(...names)), tie("node"), { maxKeys: 3 }),
    ),
  })).node;
  return { tree, record: fc.dictionary(text, tree, { maxKeys: 3 }) };
}
