import { BREAK, Kind, TypeInfo, getNamedType, isNonNullType, visit, visitWithTypeInfo } from "graphql";
import type { ArgumentNode, DocumentNode, GraphQLField, GraphQLSchema, ValueNode } from "graphql";
import { isConnection } from "./plan-limits.ts";

/** Arguments that say how many objects a field returns. */
const sizes: ReadonlySet<string> = new Set(["first", "last", "ids", "representations"]);

/**
 * Whether variables may change what `checkPlanLimits` finds for an operation of a valid document: as a size, as a condition, or because a field whose
 * arguments are wrong counts as one without arguments. Says so where in doubt.
 */
export function dependsOnVariables(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let depends = false;
  const found = (): typeof BREAK => {
    depends = true;
    return BREAK;
  };
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ arguments: args = [] }) {
        const field = types.getFieldDef();
        const isSized = field !== undefined && field !== null && looksAtArguments(field);
        return isSized && args.some((arg) => mayChangeSize(field, arg)) ? found() : undefined;
      },
      Directive({ name, arguments: args = [] }) {
        const isCondition = name.value === "skip" || name.value === "include";
        return isCondition && args.some(({ value }) => holdsVariable(value)) ? found() : undefined;
      },
    }),
  );
  return depends;
}

function looksAtArguments({ type, args }: GraphQLField<unknown, unknown>): boolean {
  return isConnection(getNamedType(type)) || args.some(({ name }) => name === "ids" || name === "representations");
}

/** A variable that stands alone in a place for something optional is never wrong; within lists and objects it may be. */
function mayChangeSize(field: GraphQLField<unknown, unknown>, { name, value }: ArgumentNode): boolean {
  if (!holdsVariable(value)) return false;
  const argument = field.args.find((each) => each.name === name.value);
  return (
    value.kind !== Kind.VARIABLE || sizes.has(name.value) || argument === undefined || isNonNullType(argument.type)
  );
}

function holdsVariable(value: ValueNode): boolean {
  if (value.kind === Kind.VARIABLE) return true;
  if (value.kind === Kind.LIST) return value.values.some(holdsVariable);
  return value.kind === Kind.OBJECT && value.fields.some((field) => holdsVariable(field.value));
}
