import { describe, expect, it } from "vitest";
import { createAuthenticator } from "../../src/auth/authenticator.ts";
import type { TokenAuthenticator } from "../../src/auth/authenticator.ts";
import { ApiError } from "../../src/kube/api-error.ts";
import type { UserIdentity } from "../../src/kube/identity.ts";
import { createFakeRealms, jwt, kubeError, later, no, yes } from "./support/fake-realms.ts";
import type { FakeRealms } from "./support/fake-realms.ts";

/** Of a caller who stays. */
const stays = (): AbortController => new AbortController();

/** "realm/username", or the code of the refusal. */
async function who({ clock }: FakeRealms, authenticator: TokenAuthenticator, token: string): Promise<string> {
  const answer = authenticator.authenticate(token, stays()).then(
    ({ realm, username }) => `${realm}/${username}`,
    (error: unknown) => (error instanceof ApiError ? error.code : String(error)),
  );
  await clock.advance(0);
  return answer;
}

function start(names: readonly string[], config: Parameters<typeof createFakeRealms>[1] = {}) {
  const realms = createFakeRealms(names, config);
  const authenticator = createAuthenticator(realms.options);
  return { ...realms, authenticator, ask: (token: string) => who(realms, authenticator, token) };
}

describe("createAuthenticator", () => {
  it("should take whom a cluster vouches for, with that cluster as the realm", async () => {
    const { authenticator, realm, clock } = start(["home", "paris"]);
    realm["paris"]!.answer = () => yes("jane", "team-a", "system:authenticated");
    const answer = authenticator.authenticate("t1", stays());
    await clock.advance(0);
    expect(await answer).toEqual({
      kind: "user",
      username: "jane",
      groups: ["team-a", "system:authenticated"],
      realm: "paris",
    });
    expect(realm["paris"]!.as).toEqual([{ kind: "system", reason: "token review" }]);
  });

  it.each<[string, unknown]>([
    ["says no", no],
    ["says nothing of whether", {}],
    ["says authenticated false with a user beside", { authenticated: false, user: { username: "root" } }],
  ])("should refuse a token where the only realm %s", async (_, status) => {
    const { ask, realm } = start(["home"]);
    realm["home"]!.answer = () => status;
    expect(await ask("t")).toBe("UNAUTHENTICATED");
  });

  it.each<[string, unknown]>([
    ["cannot be reached", kubeError("ConnectionFailed")],
    ["fails", kubeError("InternalError")],
    ["lets us not ask", kubeError("Forbidden")],
    ["does not know us", kubeError("Unauthorized")],
    ["is another cluster by now", kubeError("IdentityChanged")],
    ["answers with a word", "yes"],
    ["answers with nothing", undefined],
    ["says authenticated in a word", { authenticated: "true", user: { username: "root" } }],
    ["vouches for nobody", { authenticated: true, user: { username: "" } }],
    ["vouches for no user", { authenticated: true }],
  ])("should let nobody in where the only realm %s, and not call that a bad token", async (_, status) => {
    const { ask, realm } = start(["home"]);
    realm["home"]!.answer = () => status;
    expect(await ask("t")).toBe("AUTHZ_UNAVAILABLE");
  });

  it("should refuse by one word of each realm, but not while one of them cannot be asked", async () => {
    const { ask, realm, clock } = start(["home", "paris"]);
    expect(await ask("t")).toBe("UNAUTHENTICATED");
    realm["paris"]!.answer = () => kubeError("Timeout");
    await clock.advance(2_000);
    expect(await ask("t")).toBe("AUTHZ_UNAVAILABLE");
  });

  it("should not wait for a realm that hangs once another has vouched, and give up on it in three seconds", async () => {
    const { authenticator, ask, realm, clock } = start(["home", "paris"]);
    realm["home"]!.answer = (token) => (token === "good" ? yes("jane") : no);
    realm["paris"]!.answer = () => new Promise(() => {});
    const good = authenticator.authenticate("good", stays());
    await clock.advance(100);
    expect((await good).realm).toBe("home");
    const bad = ask("bad");
    await clock.advance(3_000);
    expect(await bad).toBe("AUTHZ_UNAVAILABLE");
  });

  it("should refuse a token that two realms vouch for, and say so once to whoever runs this", async () => {
    const { ask, realm, logs } = start(["home", "paris"]);
    realm["home"]!.answer = () => yes("jane");
    realm["paris"]!.answer = () => yes("jane");
    expect(await ask("t")).toBe("UNAUTHENTICATED");
    expect(await ask("t")).toBe("UNAUTHENTICATED");
    expect(logs.map(({ level, fields }) => [level, fields])).toEqual([["warn", { realms: ["home", "paris"] }]]);
  });

  it("should take a yes back where another realm says one later", async () => {
    const { authenticator, ask, realm, clock } = start(["home", "paris"]);
    const slow = later<unknown>();
    realm["home"]!.answer = () => yes("jane");
    realm["paris"]!.answer = () => slow.promise;
    const first = authenticator.authenticate("t", stays());
    await clock.advance(100);
    const identity = await first;
    const ended: string[] = [];
    authenticator.follow("t", identity, ({ code }) => ended.push(code));
    slow.resolve(yes("jane"));
    await clock.advance(0);
    expect(await ask("t")).toBe("UNAUTHENTICATED");
    expect(ended).toEqual(["UNAUTHENTICATED"]);
  });

  it("should ask for its audiences and take no yes for another", async () => {
    const { ask, realm } = start(["home"], { audiences: ["fleetgraph", "fleet"] });
    realm["home"]!.answer = (token) => ({
      ...(yes("jane") as object),
      ...(token === "silent" ? {} : { audiences: [token] }),
    });
    expect(await ask("fleet")).toBe("home/jane");
    expect(await ask("https://kubernetes.default.svc")).toBe("UNAUTHENTICATED");
    expect(await ask("silent")).toBe("UNAUTHENTICATED");
    expect(realm["home"]!.reviews[0]!["spec"]).toEqual({ token: "fleet", audiences: ["fleetgraph", "fleet"] });
  });

  it("should ask no cluster that auth.realms leaves out, and forget one that has left", async () => {
    const { ask, realm, clock } = start(["home", "paris"], { realms: ["home"] });
    realm["home"]!.answer = () => yes("jane");
    realm["paris"]!.answer = () => yes("jane");
    expect(await ask("t")).toBe("home/jane");
    expect(realm["paris"]!.shown).toEqual([]);
    realm["home"]!.leave();
    await clock.advance(10_000);
    expect(await ask("t")).toBe("UNAUTHENTICATED");
    realm["home"]!.join();
    await clock.advance(2_000);
    expect(await ask("t")).toBe("home/jane");
  });

  it("should make one review of a burst, believe a yes for ten seconds, and ask again ahead of time", async () => {
    const { authenticator, ask, realm, clock } = start(["home"]);
    realm["home"]!.answer = () => yes("jane");
    const burst = Array.from({ length: 500 }, () => authenticator.authenticate("t", stays()));
    await clock.advance(0);
    expect(new Set((await Promise.all(burst)).map(({ username }) => username))).toEqual(new Set(["jane"]));
    expect(realm["home"]!.shown).toHaveLength(1);
    await clock.advance(4_999);
    await ask("t");
    expect(realm["home"]!.shown).toHaveLength(1);
    await clock.advance(2);
    expect(await ask("t")).toBe("home/jane");
    expect(realm["home"]!.shown).toHaveLength(2);
    realm["home"]!.answer = () => no;
    await clock.advance(9_999);
    expect(await ask("t")).toBe("home/jane");
    expect(await ask("t")).toBe("UNAUTHENTICATED");
  });

  it("should believe a yes no longer than its time while the realm cannot be asked, and ask but once a second", async () => {
    const { ask, realm, clock } = start(["home"]);
    realm["home"]!.answer = () => yes("jane");
    await ask("t");
    realm["home"]!.answer = () => kubeError("ConnectionFailed");
    await clock.advance(6_000);
    for (let i = 0; i < 20; i++) expect(await ask("t")).toBe("home/jane");
    expect(realm["home"]!.shown).toHaveLength(2);
    await clock.advance(4_000);
    expect(await ask("t")).toBe("AUTHZ_UNAVAILABLE");
  });

  it("should refuse a bad token for two seconds without asking again", async () => {
    const { ask, realm, clock } = start(["home"]);
    for (let i = 0; i < 100; i++) expect(await ask("bad")).toBe("UNAUTHENTICATED");
    expect(realm["home"]!.shown).toHaveLength(1);
    await clock.advance(2_000);
    realm["home"]!.answer = () => yes("jane");
    expect(await ask("bad")).toBe("home/jane");
  });

  it("should recognize at once whom a cluster has vouched for, until they are to be asked about again or their token is over", async () => {
    const { authenticator, ask, realm, clock } = start(["home"], { cacheMs: 10_000 });
    realm["home"]!.answer = (token) => (token === "bad" ? no : yes("jane"));
    const short = jwt({ exp: (clock.now() + 3_000) / 1000 });
    expect(authenticator.recognize("t")).toBeUndefined();
    for (const token of ["t", "bad", short]) await ask(token);
    const jane = { username: "jane", realm: "home" };
    expect(authenticator.recognize("t")).toMatchObject(jane);
    expect(authenticator.recognize(short)).toMatchObject(jane);
    for (const token of ["bad", "", "T", "t "]) expect(authenticator.recognize(token)).toBeUndefined();
    await clock.advance(3_000);
    expect(authenticator.recognize(short)).toBeUndefined();
    expect(authenticator.recognize("t")).toMatchObject(jane);
    await clock.advance(2_001);
    expect(authenticator.recognize("t")).toBeUndefined();
    expect(await ask("t")).toBe("home/jane");
    expect(authenticator.recognize("t")).toMatchObject(jane);
  });

  it("should believe a JWT until its exp, by its own clock, and ask nobody about one that is over", async () => {
    const { authenticator, ask, realm, clock } = start(["home"]);
    realm["home"]!.answer = () => yes("jane");
    const expiresAtMs = clock.now() + 3_000;
    const token = jwt({ exp: expiresAtMs / 1000 });
    const identity = authenticator.authenticate(token, stays());
    await clock.advance(0);
    expect(await identity).toMatchObject({ expiresAtMs });
    await clock.advance(2_999);
    expect(await ask(token)).toBe("home/jane");
    await clock.advance(1);
    expect(await ask(token)).toBe("TOKEN_EXPIRED");
    expect(realm["home"]!.shown).toHaveLength(1);
  });

  it.each(["", "a b", "a\nb", "tökén", "x".repeat(8_193), jwt({ exp: 1 })])(
    "should refuse token %# before any call",
    async (token) => {
      const { ask, realm } = start(["home"]);
      realm["home"]!.answer = () => yes("jane");
      expect(["UNAUTHENTICATED", "TOKEN_EXPIRED"]).toContain(await ask(token));
      expect(realm["home"]!.shown).toEqual([]);
    },
  );

  it("should show a token to the realm of its issuer and key alone, once that has vouched for one of them (T20)", async () => {
    const { ask, realm } = start(["home", "paris"]);
    realm["home"]!.answer = (token) => (token.includes("revoked") ? no : yes("jane"));
    const token = (sub: string): string => jwt({ iss: "https://kubernetes.default.svc", sub }, "key-of-home");
    expect(await ask(token("a"))).toBe("home/jane");
    expect(realm["paris"]!.shown).toHaveLength(1);
    for (const sub of ["b", "c", "d"]) expect(await ask(token(sub))).toBe("home/jane");
    expect(realm["paris"]!.shown).toHaveLength(1);
    // A realm out of reach is no reason to show its tokens around.
    realm["home"]!.answer = () => kubeError("ConnectionFailed");
    expect(await ask(token("e"))).toBe("AUTHZ_UNAVAILABLE");
    expect(realm["paris"]!.shown).toHaveLength(1);
  });

  it("should show a token that names a key to nobody but the clusters that have it (T20)", async () => {
    const { ask, realm, clock } = start(["home", "paris", "tokyo"]);
    for (const name of ["home", "paris", "tokyo"]) {
      realm[name]!.keys = [`key-of-${name}`];
      realm[name]!.answer = () => yes("jane");
    }
    const token = (key: string, sub: string): string => jwt({ iss: "i", sub, "kubernetes.io": {} }, key);
    expect(await ask(token("key-of-paris", "a"))).toBe("paris/jane");
    expect(await ask(token("key-of-paris", "b"))).toBe("paris/jane");
    expect(await ask(token("key-of-nobody", "c"))).toBe("UNAUTHENTICATED");
    expect([realm["home"]!.shown.length, realm["paris"]!.shown.length, realm["tokyo"]!.shown.length]).toEqual([
      0, 2, 0,
    ]);
    // Made-up keys are no reason to ask for keys again and again; a new one is found in time.
    for (let i = 0; i < 50; i++) await ask(token(`made-up-${i}`, "d"));
    expect(realm["home"]!.keysAsked).toBe(1);
    realm["home"]!.keys = ["key-of-home", "newer"];
    await clock.advance(10_000);
    expect(await ask(token("newer", "e"))).toBe("home/jane");
    // One that does not tell may have any key.
    realm["tokyo"]!.keys = undefined;
    realm["tokyo"]!.leave();
    realm["tokyo"]!.join();
    realm["tokyo"]!.answer = () => no;
    expect(await ask(token("unheard-of", "f"))).toBe("UNAUTHENTICATED");
    expect([realm["home"]!.shown.length, realm["paris"]!.shown.length, realm["tokyo"]!.shown.length]).toEqual([
      1, 2, 1,
    ]);
    // Who is no ServiceAccount may have a key of an issuer that several know.
    realm["home"]!.answer = () => no;
    realm["paris"]!.answer = () => no;
    expect(await ask(jwt({ iss: "https://issuer.example" }, "foreign"))).toBe("UNAUTHENTICATED");
    expect([realm["home"]!.shown.length, realm["paris"]!.shown.length, realm["tokyo"]!.shown.length]).toEqual([
      2, 3, 2,
    ]);
  });

  it("should not wait for the keys of a cluster that hangs where another has the one that is named", async () => {
    const { authenticator, realm, clock } = start(["home", "paris"]);
    realm["home"]!.keys = ["k"];
    realm["home"]!.answer = () => yes("jane");
    realm["paris"]!.keys = new Promise(() => {}) as never;
    const answer = authenticator.authenticate(jwt({ iss: "i", "kubernetes.io": {} }, "k"), stays());
    await clock.advance(100);
    expect((await answer).realm).toBe("home");
    expect(realm["paris"]!.shown).toEqual([]);
  });

  it("should go on asking all realms where two share a key", async () => {
    const { ask, realm } = start(["home", "paris"]);
    realm["home"]!.answer = (token) => (token.endsWith("h") ? yes("jane") : no);
    realm["paris"]!.answer = (token) => (token.endsWith("p") ? yes("jane") : no);
    const token = (sub: string, of: string): string => `${jwt({ iss: "i", sub }, "shared")}${of}`;
    for (const sub of ["a", "b", "c"]) {
      expect(await ask(token(sub, "h"))).toBe("home/jane");
      expect(await ask(token(sub, "p"))).toBe("paris/jane");
    }
  });

  it("should not take a realm for that of a key while another was out of reach", async () => {
    const { ask, realm, clock } = start(["home", "evil"]);
    realm["home"]!.answer = () => kubeError("ConnectionFailed");
    realm["evil"]!.answer = () => yes("jane");
    const token = (sub: string): string => jwt({ iss: "i", sub }, "key-of-home");
    expect(await ask(token("a"))).toBe("evil/jane");
    realm["home"]!.answer = () => yes("jane");
    await clock.advance(1_000);
    expect(await ask(token("b"))).toBe("UNAUTHENTICATED");
  });

  it("should keep places for tokens that were good before, whatever else is made up", async () => {
    const { authenticator, ask, realm, clock } = start(["home"]);
    let running = 0;
    let most = 0;
    const gate = later<void>();
    realm["home"]!.answer = async (token) => {
      if (token === "good") return yes("jane");
      most = Math.max(most, ++running);
      await gate.promise;
      running -= 1;
      return no;
    };
    await ask("good");
    await clock.advance(20_000);
    const flood = Array.from({ length: 1_000 }, (_, i) =>
      authenticator.authenticate(`bad-${i}`, stays()).catch((error: ApiError) => error.code),
    );
    await clock.advance(0);
    expect(await ask("good")).toBe("home/jane");
    gate.resolve();
    await clock.advance(0);
    const codes = await Promise.all(flood);
    expect(most).toBe(8);
    expect(codes.filter((code) => code === "TOO_MANY_REQUESTS")).toHaveLength(1_000 - 8 - 256);
    expect(codes.filter((code) => code === "UNAUTHENTICATED")).toHaveLength(8 + 256);
  });

  it("should bear a hundred made-up tokens a second after a burst, and any number of good ones", async () => {
    const { ask, realm, clock, authenticator } = start(["home"]);
    realm["home"]!.answer = (token) => (token.startsWith("good") ? yes("jane") : no);
    const askAll = async (kind: string, count: number): Promise<Record<string, number>> => {
      const codes: Record<string, number> = {};
      for (let i = 0; i < count; i++) {
        const code = await ask(`${kind}-${clock.monotonic()}-${i}`);
        codes[code] = (codes[code] ?? 0) + 1;
      }
      return codes;
    };
    expect(await askAll("good", 600)).toEqual({ "home/jane": 600 });
    expect(await askAll("bad", 600)).toEqual({ UNAUTHENTICATED: 500, TOO_MANY_REQUESTS: 100 });
    await clock.advance(1_000);
    expect(await askAll("bad", 200)).toEqual({ UNAUTHENTICATED: 100, TOO_MANY_REQUESTS: 100 });
    expect(authenticator.counts()).toEqual([["home", { yes: 600, no: 600, unknown: 0, busy: 200 }]]);
  });

  it("should leave a caller who has gone, and finish for the others", async () => {
    const { authenticator, realm, clock } = start(["home"]);
    const slow = later<unknown>();
    realm["home"]!.answer = () => slow.promise;
    const gone = new AbortController();
    const left = authenticator.authenticate("t", gone);
    const other = authenticator.authenticate("t", stays());
    gone.abort(new Error("gone"));
    await expect(left).rejects.toThrow("gone");
    slow.resolve(yes("jane"));
    await clock.advance(0);
    expect((await other).username).toBe("jane");
    expect(clock.pending).toBe(0);
  });

  it("should log neither tokens nor what a cluster says of them", async () => {
    const { ask, realm, logs } = start(["home", "paris"]);
    realm["home"]!.answer = (token) => kubeError("BadRequest", `bad token ${token}`);
    realm["paris"]!.answer = (token) => ({ authenticated: true, user: { username: "" }, error: `who is ${token}` });
    await ask("CANARY");
    expect(logs).toHaveLength(2);
    const seen = JSON.stringify(logs, (_, value: unknown) =>
      value instanceof Error ? [value.message, value.stack, value.cause] : value,
    );
    expect(seen).not.toContain("CANARY");
  });
});

describe("Authenticator.follow", () => {
  async function followed(expiresInMs?: number) {
    const world = start(["home"]);
    const { authenticator, realm, clock } = world;
    realm["home"]!.answer = () => yes("jane", "a", "b");
    const token = expiresInMs === undefined ? "opaque" : jwt({ exp: (clock.now() + expiresInMs) / 1000 });
    const answer = authenticator.authenticate(token, stays());
    await clock.advance(0);
    const identity: UserIdentity = await answer;
    const ended: string[] = [];
    const follow = (): (() => void) => authenticator.follow(token, identity, ({ code }) => ended.push(code));
    return { ...world, token, identity, ended, follow };
  }

  it("should end at the token's expiry, each follower once, and leave no timer", async () => {
    const { follow, ended, clock } = await followed(60_000);
    follow();
    follow();
    await clock.advance(59_999);
    expect(ended).toEqual([]);
    await clock.advance(1);
    expect(ended).toEqual(["TOKEN_EXPIRED", "TOKEN_EXPIRED"]);
    await clock.advance(60_000);
    expect(ended).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  it("should ask again every ten seconds, once for all followers of a token, and end them by the first no", async () => {
    const { follow, ended, clock, realm } = await followed();
    for (let i = 0; i < 50; i++) follow();
    await clock.advance(25_000);
    expect(realm["home"]!.shown).toHaveLength(3);
    realm["home"]!.answer = () => no;
    await clock.advance(5_000);
    expect(ended).toEqual(Array.from({ length: 50 }, () => "UNAUTHENTICATED"));
    expect(clock.pending).toBe(0);
  });

  it("should end at once where a request finds out that the token is good no more", async () => {
    const { follow, ended, clock, realm, ask, token } = await followed();
    follow();
    realm["home"]!.answer = () => no;
    await clock.advance(6_000);
    await ask(token);
    await clock.advance(0);
    expect(ended).toEqual(["UNAUTHENTICATED"]);
  });

  it("should end where the token stands for other groups, but not where they come in another order", async () => {
    const { follow, ended, clock, realm } = await followed();
    follow();
    realm["home"]!.answer = () => yes("jane", "b", "a");
    await clock.advance(10_000);
    expect(ended).toEqual([]);
    realm["home"]!.answer = () => yes("jane", "a");
    await clock.advance(10_000);
    expect(ended).toEqual(["UNAUTHENTICATED"]);
  });

  it("should stay open for an hour while the realm cannot be asked, and no longer", async () => {
    const { follow, ended, clock, realm } = await followed();
    follow();
    realm["home"]!.answer = () => kubeError("ConnectionFailed");
    await clock.advance(3_590_000);
    expect(ended).toEqual([]);
    await clock.advance(20_000);
    expect(ended).toEqual(["AUTHZ_UNAVAILABLE"]);
  });

  it("should stop asking once nobody follows, and tell nobody who has left", async () => {
    const { follow, ended, clock, realm, authenticator } = await followed(60_000);
    const undo = [follow(), follow()];
    undo[0]!();
    undo[0]!();
    await clock.advance(10_000);
    expect(realm["home"]!.shown).toHaveLength(2);
    undo[1]!();
    expect(clock.pending).toBe(0);
    await clock.advance(60_000);
    expect(realm["home"]!.shown).toHaveLength(2);
    follow();
    authenticator.close();
    expect(clock.pending).toBe(0);
    expect(ended).toEqual([]);
  });
});
