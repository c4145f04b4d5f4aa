import { describe, expect, it } from "vitest";
import { createLocalGuard, createTokenGuard } from "../../src/server/guard.ts";

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
});

describe("createTokenGuard", () => {
  const guard = createTokenGuard({ allowedOrigins: ["https://console.example"] });

  it.each([
    ["fleet.example", undefined],
    ["10.0.0.1:4000", undefined],
    ["fleet.example", "https://fleet.example"],
    ["FLEET.example:4000", "http://fleet.example:4000"],
    ["fleet.example:443", "https://fleet.example"],
    ["[fd00::1]:4000", "http://[fd00::1]:4000"],
    ["fleet.example", "https://console.example"],
    ["fleet.example", "http://localhost:5173"],
  ])("should admit Host %s with Origin %s", (host, origin) => {
    expect(guard.admit({ host, origin })).toEqual({ admitted: true });
  });

  it.each([
    ["fleet.example", "https://evil.example"],
    ["fleet.example", "https://fleet.example:8443"],
    ["fleet.example", "null"],
    ["fleet.example", "https://fleet.example.evil.example"],
    ["fleet.example", "https://fleet.example/"],
    ["fleet.example/", "https://evil.example"],
    ["", "https://evil.example"],
    ["fleet.example", "file://fleet.example"],
  ])("should turn away from Host %s a page of %s", (host, origin) => {
    expect(guard.admit({ host, origin }).admitted).toBe(false);
  });
});
