import type { MaybePromise } from "./request-context.ts";

/** Goes on at once where the value is there: a promise for each of 20,000 rows would cost more than the rows. */
export function whenReady<Value, Result>(
  value: MaybePromise<Value>,
  proceed: (value: Value) => MaybePromise<Result>,
): MaybePromise<Result> {
  return value instanceof Promise ? value.then(proceed) : proceed(value);
}

/** All of them; at once where all are there. */
export function allReady<Value>(values: readonly MaybePromise<Value>[]): MaybePromise<readonly Value[]> {
  return values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as readonly Value[]);
}
