import { describe, expect, it } from "vitest";
import { createLocalGuard } from "../../src/server/guard.ts";

const guard = createLocalGuard({
  allowedHosts: ["lab.example:4000", "any-port.example"],
  allowedOrigins: ["https://console.example"],
});
const isAdmitted = (host: string | undefined, origin?: string): boolean => guard.admit({ host, origin }).admitted;

describe("createLocalGuard", () => {
  it.each([
    "localhost",
    "localhost:4000",
    "LOCALHOST:1",
    "app.localhost:8080",
    "127.0.0.1:4000",
    "127.1.2.3",
    "[::1]:4000",
    "lab.example:4000",
    "any-port.example",
    "any-port.example:9999",
  ])("should admit Host %s", (host) => {
    expect(isAdmitted(host)).toBe(true);
  });

  it.each([
    undefined,
    "",
    "evil.example",
    "lab.example",
    "lab.example:4001",
    "localhost.evil.example",
    "evil.example#localhost",
    "localhost@evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.1evil",
    "10.0.0.1:4000",
    "0.0.0.0:4000",
    "[::ffff:10.0.0.1]:4000",
    "localhost:4000/evil",
    "localhost:",
  ])("should turn away Host %s", (host) => {
    expect(isAdmitted(host)).toBe(false);
  });

  it.each([
    "http://localhost:5173",
    "https://localhost",
    "http://127.0.0.1:3000",
    "http://[::1]:3000",
    "http://app.localhost",
    "https://console.example",
  ])("should admit Origin %s", (origin) => {
    expect(isAdmitted("localhost", origin)).toBe(true);
  });

  it.each([
    "null",
    "",
    "https://evil.example",
    "http://console.example",
    "https://console.example:8443",
    "https://console.example.evil.example",
    "http://localhost.evil.example",
    "http://localhost@evil.example",
    "file://",
    "chrome-extension://localhost",
  ])("should turn away Origin %s", (origin) => {
    expect(isAdmitted("localhost", origin)).toBe(false);
  });

  it("should give the local identity whatever identity the client claims", () => {
    const admission = guard.admit({ host: "localhost", "impersonate-user": "system:admin", "x-remote-user": "root" });
    expect(admission).toEqual({ admitted: true, identity: { kind: "local" } });
  });
});
