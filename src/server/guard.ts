import type { IncomingHttpHeaders } from "node:http";
import { isLoopback } from "../lib/loopback.ts";

/** Whether somebody may knock at all, or why they are turned away before anything else is looked at. */
export type Admission = { readonly admitted: true } | { readonly admitted: false; readonly message: string };

/** Decides from the headers of a request, or of an upgrade, whether it is looked at. Never looks at Impersonate-* or X-Remote-*. */
export interface Guard {
  admit(headers: IncomingHttpHeaders): Admission;
}

export interface GuardOptions {
  /** Names besides loopback ones, with port ("lab.example:4000") or for any port ("lab.example"). */
  readonly allowedHosts: readonly string[];
  /** As a browser sends them: "https://console.example". "*" is not understood. */
  readonly allowedOrigins: readonly string[];
}

/**
 * The guard of `auth.mode: none`: everybody is the person at this machine, so only this machine's names may be asked for. A page on the
 * internet whose name resolves to 127.0.0.1 sends its own name in `Host` (DNS rebinding), a page that opens a socket to us its `Origin`.
 */
export function createLocalGuard({ allowedHosts, allowedOrigins }: GuardOptions): Guard {
  const hosts = new Set(allowedHosts.map((host) => host.toLowerCase()));
  const origins = new Set(allowedOrigins.map((origin) => origin.toLowerCase()));
  return {
    admit({ host = "", origin }) {
      const hostName = toHostName(host);
      if (hostName === undefined || !(isLoopback(hostName) || hosts.has(host.toLowerCase()) || hosts.has(hostName))) {
        return {
          admitted: false,
          message: `Host ${quote(host)} is not a name of this machine. Ask for http://localhost, or list the name under server.allowedHosts.`,
        };
      }
      if (origin !== undefined && !isKnownOrigin(origin.toLowerCase(), origins)) return refuseOrigin(origin);
      return { admitted: true };
    },
  };
}

/**
 * The guard of `auth.mode: token`: nothing comes in without a token, which no page has but the one it was given to. So any Host will do, and of pages
 * those of this server, of loopback and of the listed origins may call it (T15).
 */
export function createTokenGuard({ allowedOrigins }: Pick<GuardOptions, "allowedOrigins">): Guard {
  const origins = new Set(allowedOrigins.map((origin) => origin.toLowerCase()));
  return {
    admit({ host = "", origin }) {
      if (origin === undefined || isOwnOrigin(origin, host) || isKnownOrigin(origin.toLowerCase(), origins))
        return { admitted: true };
      return refuseOrigin(origin);
    },
  };
}

function refuseOrigin(origin: string): Admission {
  return {
    admitted: false,
    message: `Pages of ${quote(origin)} may not call this server. List the origin under server.allowedOrigins to let them.`,
  };
}

/** A page that came from here itself; whether by TLS is known to a proxy before us alone. */
function isOwnOrigin(origin: string, host: string): boolean {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url === undefined || url.origin !== origin.toLowerCase() || !/^https?:$/.test(url.protocol)) return false;
  return [`http://${host}`, `https://${host}`].some((own) => URL.canParse(own) && new URL(own).host === url.host);
}

function isKnownOrigin(origin: string, listed: ReadonlySet<string>): boolean {
  if (listed.has(origin)) return true;
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:") || url.origin !== origin)
    return false;
  return isLoopback(url.hostname);
}

/** The name in a Host header, lower case, without port and brackets; undefined where it is none. */
function toHostName(host: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:/@[\]]+))(?::\d{1,5})?$/i.exec(host);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
