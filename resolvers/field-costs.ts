import { isInterfaceType, isObjectType } from "graphql";
import type { GraphQLSchema } from "graphql";

/**
 * What a field costs besides the rows around it, by name, in the units of `limits.cost` (1 = twenty rows of a list, some 30 µs). Measured:
 * `annotations` and `manifest` open the whole object; `groupBy` goes over all that matches, not over the page; `logs` is a call to a cluster.
 * An operation may make 50 of these (RELIABILITY 6).
 */
const fieldCosts: Readonly<Record<string, number>> = { annotations: 1, manifest: 1, groupBy: 20, logs: 100 };

/** Puts the costs where the server looks for them: `extensions.cost` of each field of these names. */
export function attachCosts(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    const fields = type.getFields();
    for (const [name, cost] of Object.entries(fieldCosts)) {
      const field = fields[name];
      if (field !== undefined) field.extensions = { ...field.extensions, cost };
    }
  }
}
