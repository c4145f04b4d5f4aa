/**
 * Whatever the row writer does not know to write exactly as graphql-js would: the whole operation is then executed by graphql-js, as written. Never
 * seen by a client.
 */
export class Doubt extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "Doubt";
  }
}
