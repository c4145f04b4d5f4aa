import type { Answer } from "./link.ts";

/** The JSON of an answer, which is released. Throws KubeError: "MalformedResponse" where it is none or too long. */
export async function readJson(answer: Answer, maxBytes: number): Promise<unknown> {
  try {
    return JSON.parse((await answer.body.read(maxBytes)).toString("utf8"));
  } catch (cause) {
    throw answer.toError(cause);
  } finally {
    answer.release();
  }
}
