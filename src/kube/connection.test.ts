import { beforeEach, describe, expect, it, vi } from "vitest";
import { ClusterConnection, parseServer } from "./connection.ts";

describe("an authorization", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance"] });
    return () => vi.useRealTimers();
  });

  function connectWith(read: () => Promise<string>): ClusterConnection {
    return new ClusterConnection({ server: new URL("https://a.example"), tls: {}, authorization: read });
  }

  it("is read anew every few seconds, and at once when it was refused", async () => {
    let reads = 0;
    const connection = connectWith(async () => `Bearer ${++reads}`);
    expect(await Promise.all([connection.authorization(), connection.authorization()])).toEqual([
      "Bearer 1",
      "Bearer 1",
    ]);
    vi.advanceTimersByTime(10_000);
    expect(await connection.authorization()).toBe("Bearer 1");
    vi.advanceTimersByTime(1);
    expect(await connection.authorization()).toBe("Bearer 2");
    connection.forgetAuthorization();
    expect(await connection.authorization()).toBe("Bearer 3");
  });

  it("that cannot be read is a fault each time, until it can", async () => {
    const reads = [Promise.reject(new Error("gone")), Promise.resolve("Bearer a")];
    const connection = connectWith(() => reads.shift() ?? Promise.resolve("Bearer b"));
    await expect(connection.authorization()).rejects.toThrow("gone");
    expect(await connection.authorization()).toBe("Bearer a");
  });
});

describe("a server's address", () => {
  it.each(["https://a.example", "https://[::1]:6443/", "https://10.0.0.1:6443/k8s/c"])(
    "can be %s",
    (text) => {
      expect(parseServer(text, "x").protocol).toBe("https:");
    },
  );

  it.each([
    "http://a.example",
    "a.example:6443",
    "https://u:p@a.example",
    "https://a.example/?a",
    "",
    "https://",
  ])("cannot be %j", (text) => {
    expect(() => parseServer(text, "x")).toThrow(expect.objectContaining({ code: "CONFIG" }));
  });
});
