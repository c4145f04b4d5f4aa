import { describe, expect, it } from "vitest";
import { createLogger } from "../../src/server/pino-logger.ts";
import type { LogLevel } from "../../src/server/pino-logger.ts";

function createLog(level: LogLevel = "info") {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, logger: createLogger({ level, destination }) };
}

describe("createLogger", () => {
  it("should write one JSON object a line with level, time, message and fields", () => {
    const { lines, logger } = createLog();
    logger.info("server listens", { url: "http://127.0.0.1:4000" });
    expect(lines).toEqual([
      {
        level: "info",
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        message: "server listens",
        url: "http://127.0.0.1:4000",
      },
    ]);
  });

  it("should leave out lines below its level", () => {
    const { lines, logger } = createLog("warn");
    logger.info("request");
    logger.debug("request");
    logger.error("broken");
    expect(lines.map(({ message }) => message)).toEqual(["broken"]);
  });

  it("should add a child's fields to each of its lines", () => {
    const { lines, logger } = createLog();
    logger.child({ cluster: "paris" }).child({ resource: "pods" }).warn("list failed", { attempt: 2 });
    expect(lines[0]).toMatchObject({ cluster: "paris", resource: "pods", attempt: 2 });
  });

  it("should write an error with its causes and nothing else it carries", () => {
    const { lines, logger } = createLog();
    const error = Object.assign(new TypeError("outer", { cause: new Error("inner") }), { body: "canary" });
    logger.error("failed", { error });
    expect(lines[0]?.["error"]).toMatchObject({ type: "TypeError", message: "outer", cause: { message: "inner" } });
    expect(JSON.stringify(lines)).not.toContain("canary");
  });

  it.each(["token", "authorization", "password", "variables", "headers"])(
    "should never write what is called %s",
    (name) => {
      const { lines, logger } = createLog();
      logger.info("request", { [name]: "canary", request: { [name]: "canary" } });
      expect(JSON.stringify(lines)).not.toContain("canary");
    },
  );
});
