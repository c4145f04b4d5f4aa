import { pino, stdSerializers } from "pino";
import type { DestinationStream, Logger as PinoLogger, LoggerOptions as PinoOptions } from "pino";
import type { LogFields, Logger } from "../lib/logger.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface LoggerOptions {
  /** Lines below it are not even made. */
  readonly level: LogLevel;
  /** Gets one JSON object a line: stderr, a file, an array in a test. */
  readonly destination: DestinationStream;
}

/** Names under which credentials travel; whatever is logged under them, at any of the first levels, is not. */
const secretNames = [
  "authorization",
  "cookie",
  "password",
  "secret",
  "token",
  "headers",
  "variables",
  "connectionParams",
];

const secrets: ReadonlySet<string> = new Set(secretNames);

/**
 * JSON lines {level, time, message, …fields}: level by name, time in RFC 3339. `error` and `err` become {type, message, stack}. A line is
 * written at once; who wants buffering passes such a destination.
 */
export function createLogger({ level, destination }: LoggerOptions): Logger {
  const options: PinoOptions = {
    level,
    messageKey: "message",
    base: null,
    formatters: { level: (name) => ({ level: name }) },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    serializers: { error: serializeError, err: serializeError },
  };
  const redact = { paths: secretNames.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" };
  return toLogger({ plain: pino(options, destination), redacting: pino({ ...options, redact }, destination) });
}

/** The same lines to the same place. To look for secrets costs more than all the rest of a line, so it is left out where there can be none. */
interface Loggers {
  readonly plain: PinoLogger;
  readonly redacting: PinoLogger;
}

/** Whether there is neither one of the secret names nor anything it could be in. */
function isPlain(fields: LogFields | undefined): boolean {
  for (const name in fields) {
    const value = fields[name];
    if ((typeof value === "object" && value !== null) || secrets.has(name)) return false;
  }
  return true;
}

/** An Error and its causes; anything else that was thrown as it is. Never what an error carries besides: a body, a request. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === "string" ? error : stdSerializers.err(error as Error);
  const { name, message, stack, cause } = error;
  return { type: name, message, stack, ...(cause !== undefined && { cause: serializeError(cause) }) };
}

function toLogger(loggers: Loggers): Logger {
  const { plain, redacting } = loggers;
  const pick = (fields: LogFields | undefined): PinoLogger => (isPlain(fields) ? plain : redacting);
  return {
    debug: (message, fields) => pick(fields).debug(fields ?? {}, message),
    info: (message, fields) => pick(fields).info(fields ?? {}, message),
    warn: (message, fields) => pick(fields).warn(fields ?? {}, message),
    error: (message, fields) => pick(fields).error(fields ?? {}, message),
    child: (fields: LogFields) => {
      const below = redacting.child(fields);
      return toLogger({ plain: isPlain(fields) ? plain.child(fields) : below, redacting: below });
    },
  };
}
