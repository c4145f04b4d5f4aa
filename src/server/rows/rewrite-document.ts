import { Kind, getNamedType, isAbstractType, isInterfaceType, isLeafType, isObjectType, typeFromAST } from "graphql";
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLNamedType,
  GraphQLObjectType,
  GraphQLSchema,
  SelectionNode,
  SelectionSetNode,
} from "graphql";
import { marksOf } from "./field-marks.ts";
import { leafNameOf } from "./twin-schema.ts";

/** A document in which lists are leaves of the twin schema, and what they were. */
export interface RewrittenDocument {
  readonly document: DocumentNode;
  /** The nodes as written, by those that took their places. */
  readonly originals: ReadonlyMap<FieldNode, FieldNode>;
  /** Of the document as written. */
  readonly fragments: Record<string, FragmentDefinitionNode>;
  /** Of the nodes as written: those whose answer depends on variables. */
  readonly varying: ReadonlySet<FieldNode>;
}

/**
 * Puts leaves in the place of wide lists of which nothing is selected that is not marked. Fields that graphql-js merges have the same parent type and
 * the same response key: where one of those cannot be a leaf, none of them is. undefined where there is none. The document is valid for `schema`.
 */
export function rewriteDocument(schema: GraphQLSchema, document: DocumentNode): RewrittenDocument | undefined {
  return new Rewriting(schema, document).run();
}

class Rewriting {
  readonly #schema: GraphQLSchema;
  readonly #document: DocumentNode;
  readonly #fragments: Record<string, FragmentDefinitionNode> = Object.create(null) as never;
  /** By parent type and response key: whether all of them can be leaves. */
  readonly #lists = new Map<string, boolean>();
  readonly #originals = new Map<FieldNode, FieldNode>();
  readonly #varying = new Set<FieldNode>();

  constructor(schema: GraphQLSchema, document: DocumentNode) {
    this.#schema = schema;
    this.#document = document;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments[definition.name.value] = definition;
    }
  }

  run(): RewrittenDocument | undefined {
    for (const [set, type] of this.#roots()) this.#find(set, type);
    if (![...this.#lists.values()].includes(true)) return undefined;
    const sets = new Map(this.#roots().map(([set, type]) => [set, this.#replace(set, type)]));
    const definitions = this.#document.definitions.map((definition) =>
      "selectionSet" in definition ? { ...definition, selectionSet: sets.get(definition.selectionSet)! } : definition,
    );
    const document = { ...this.#document, definitions };
    return { document, originals: this.#originals, fragments: this.#fragments, varying: this.#varying };
  }

  #roots(): readonly (readonly [SelectionSetNode, GraphQLNamedType | undefined])[] {
    return this.#document.definitions.flatMap((definition) => {
      if (definition.kind === Kind.OPERATION_DEFINITION) {
        const type = this.#schema.getRootType(definition.operation) ?? undefined;
        return [[definition.selectionSet, type] as const];
      }
      if (definition.kind !== Kind.FRAGMENT_DEFINITION) return [];
      return [[definition.selectionSet, typeFromAST(this.#schema, definition.typeCondition)] as const];
    });
  }

  #find({ selections }: SelectionSetNode, type: GraphQLNamedType | undefined): void {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) this.#find(selection.selectionSet, this.#narrow(selection, type));
      if (selection.kind !== Kind.FIELD || selection.selectionSet === undefined) continue;
      const field = fieldOf(type, selection);
      if (field === undefined) continue;
      const inner = getNamedType(field.type);
      if (isObjectType(type) && marksOf(field).wide === true) {
        const key = listKey(type, selection);
        const isFast = this.#lists.get(key) !== false && this.#isFast(selection.selectionSet, inner);
        this.#lists.set(key, isFast);
        if (isFast && this.#isVarying(selection.selectionSet, new Set())) this.#varying.add(selection);
      }
      this.#find(selection.selectionSet, inner);
    }
  }

  #replace(set: SelectionSetNode, type: GraphQLNamedType | undefined): SelectionSetNode {
    const selections = set.selections.map((selection): SelectionNode => {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        return { ...selection, selectionSet: this.#replace(selection.selectionSet, this.#narrow(selection, type)) };
      }
      if (selection.kind !== Kind.FIELD || selection.selectionSet === undefined) return selection;
      if (isObjectType(type) && this.#lists.get(listKey(type, selection)) === true) return this.#toLeaf(selection);
      const field = fieldOf(type, selection);
      if (field === undefined) return selection;
      return { ...selection, selectionSet: this.#replace(selection.selectionSet, getNamedType(field.type)) };
    });
    return { ...set, selections };
  }

  #toLeaf(node: FieldNode): FieldNode {
    const alias = { kind: Kind.NAME, value: responseKeyOf(node) } as const;
    const name = { kind: Kind.NAME, value: leafNameOf(node.name.value) } as const;
    const leaf: FieldNode = { ...node, alias, name, selectionSet: undefined };
    this.#originals.set(leaf, node);
    return leaf;
  }

  /** Whether all that is selected of a type is written by rows/compile-row.ts, as far as marks tell. */
  #isFast({ selections }: SelectionSetNode, type: GraphQLNamedType | undefined, depth = 0): boolean {
    // Fragments in circles are refused by validation; this only keeps the walk finite whatever comes.
    if (depth > 100) return false;
    return selections.every((selection) => {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        return this.#isFast(selection.selectionSet, this.#narrow(selection, type), depth + 1);
      }
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = this.#fragments[selection.name.value];
        if (fragment === undefined) return false;
        return this.#isFast(fragment.selectionSet, typeFromAST(this.#schema, fragment.typeCondition), depth + 1);
      }
      if (selection.name.value === "__typename") return true;
      const fields = this.#objectsOf(type).map((object) => fieldOf(object, selection));
      return fields.every((field) => {
        if (field === undefined || !isMarked(field)) return false;
        const inner = getNamedType(field.type);
        if (selection.selectionSet === undefined) return isLeafType(inner);
        return this.#isFast(selection.selectionSet, inner, depth + 1);
      });
    });
  }

  #objectsOf(type: GraphQLNamedType | undefined): readonly GraphQLNamedType[] {
    return isAbstractType(type) ? this.#schema.getPossibleTypes(type) : type === undefined ? [] : [type];
  }

  #isVarying({ selections }: SelectionSetNode, seen: Set<string>): boolean {
    return selections.some((selection) => {
      if ((selection.directives?.length ?? 0) > 0) return true;
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const name = selection.name.value;
        if (seen.has(name)) return false;
        const fragment = this.#fragments[name];
        return fragment === undefined || this.#isVarying(fragment.selectionSet, seen.add(name));
      }
      if (selection.kind === Kind.FIELD && (selection.arguments?.length ?? 0) > 0) return true;
      return selection.selectionSet !== undefined && this.#isVarying(selection.selectionSet, seen);
    });
  }

  #narrow(
    fragment: { readonly typeCondition?: FragmentDefinitionNode["typeCondition"] | undefined },
    type: GraphQLNamedType | undefined,
  ): GraphQLNamedType | undefined {
    return fragment.typeCondition === undefined ? type : typeFromAST(this.#schema, fragment.typeCondition);
  }
}

function isMarked(field: GraphQLField<unknown, unknown>): boolean {
  const { pure, relation } = marksOf(field);
  return field.resolve === undefined || pure === true || relation !== undefined;
}

function fieldOf(type: GraphQLNamedType | undefined, node: FieldNode): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
}

function listKey(type: GraphQLObjectType, node: FieldNode): string {
  return `${type.name}.${responseKeyOf(node)}`;
}

function responseKeyOf({ alias, name }: FieldNode): string {
  return alias?.value ?? name.value;
}
