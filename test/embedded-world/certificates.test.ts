import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/lib/clock.ts";
import { createCertificateAuthority } from "../../src/embedded/world/certificates.ts";

describe("certificates of an embedded cluster", () => {
  it("should sign what Node's TLS accepts, with names, addresses, user and groups", async () => {
    const authority = await createCertificateAuthority("paris", systemClock);
    const ca = new X509Certificate(authority.caPem);
    const serving = new X509Certificate((await authority.serving(["localhost"], ["127.0.0.1"])).certPem);
    const client = new X509Certificate((await authority.client("admin", ["system:masters"])).certPem);
    expect(ca.ca).toBe(true);
    for (const leaf of [serving, client]) {
      expect(leaf.verify(ca.publicKey)).toBe(true);
      expect(leaf.ca).toBe(false);
    }
    expect(serving.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(serving.checkHost("localhost")).toBe("localhost");
    expect(client.subject).toBe("O=system:masters\nCN=admin");
    expect(
      new X509Certificate((await createCertificateAuthority("tokyo", systemClock)).caPem).verify(ca.publicKey),
    ).toBe(false);
  });
});
