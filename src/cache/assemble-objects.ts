/** What stands in one field of many objects: `values[index]`, or `values[at[index]]` where `at` is set. */
export interface Cells {
  readonly field: string;
  readonly values: readonly unknown[];
  readonly at: readonly number[] | undefined;
}

/** Makes `count` copies of `form`, each with its own values in these fields. */
export type Assemble = (form: object, cells: readonly Cells[], count: number) => Record<string, unknown>[];

/**
 * An `Assemble` that writes a function for each set of fields it meets: a literal with known keys is made ten times as fast as one field is set after
 * another under a name that varies. Where the process may not make code of text (--disallow-code-generation-from-strings), it does that. To be forgotten
 * with what it was needed for.
 */
export function createAssemble(compile: Compile = compileFunction): Assemble {
  const known = new Map<string, Assemble>();
  return (form, cells, count) => {
    for (const { values, at } of cells) {
      // A list that ends too soon would leave fields undefined.
      if ((at ?? values).length !== count) throw new Error("a column is not whole");
    }
    const key = JSON.stringify(cells.map(({ field, at }) => [field, at === undefined]));
    const assemble = known.get(key) ?? toAssembling(cells, compile);
    known.set(key, assemble);
    return assemble(form, cells, count);
  };
}

/** What `new Function` does; throws EvalError where it may not. */
export type Compile = (parameters: readonly string[], body: string) => unknown;

function compileFunction(parameters: readonly string[], body: string): unknown {
  // oxlint-disable-next-line typescript/no-implied-eval -- text of this file, and names that are quoted
  return new Function(...parameters, body);
}

function toAssembling(cells: readonly Cells[], compile: Compile): Assemble {
  const lists = cells.map((_cell, index) => `v${index} = cells[${index}].values, a${index} = cells[${index}].at`);
  const fields = cells.map(({ field, at }, index) => {
    // Without brackets it would set the prototype.
    const key = field === "__proto__" ? '["__proto__"]' : JSON.stringify(field);
    return `${key}: ${at === undefined ? `v${index}[i]` : `v${index}[a${index}[i]]`}`;
  });
  const body = `
    ${lists.length === 0 ? "" : `const ${lists.join()};`}
    const made = new Array(count);
    for (let i = 0; i < count; i++) made[i] = { ...form, ${fields.join()} };
    return made;`;
  try {
    return compile(["form", "cells", "count"], body) as Assemble;
  } catch {
    return assembleSlowly;
  }
}

const assembleSlowly: Assemble = (form, cells, count) =>
  Array.from({ length: count }, (_one, index) => {
    const own = cells.map(({ field, values, at }) => [field, values[at === undefined ? index : (at[index] ?? -1)]]);
    return { ...form, ...(Object.fromEntries(own) as Record<string, unknown>) };
  });
