import { describe, expect, it } from "vitest";
import { secretSchema, toCredentials } from "./secret.ts";

function secret(stringData: object, data: object = {}) {
  const metadata = { name: "git-token", namespace: "payments" };
  return secretSchema.parse({ apiVersion: "v1", kind: "Secret", metadata, stringData, data });
}

describe("a bearer token", () => {
  it.each([
    ["as it is", "canary-1_~!", "canary-1_~!"],
    ["without the line break at its end", "canary\n", "canary"],
    ["without that of another system", "canary\r\n", "canary"],
  ])("is taken %s", (_, bearerToken, expected) => {
    expect(toCredentials(secret({ bearerToken }))).toEqual({ bearerToken: expected });
    const data = { bearerToken: Buffer.from(bearerToken).toString("base64") };
    expect(toCredentials(secret({}, data))).toEqual({ bearerToken: expected });
  });

  it.each([
    ["two line breaks at its end", "canary\n\n"],
    ["a line break inside", "canary\nx"],
    ["a space", "canary x"],
    ["a letter that is not ASCII", "canaryé"],
    ["a NUL", "canary\0"],
    ["nothing in it", "\n"],
  ])("is refused with %s, and not repeated", (_, bearerToken) => {
    const attempt = () => toCredentials(secret({ bearerToken }));
    expect(attempt).toThrow(expect.objectContaining({ code: "INVALID_RESOURCE" }));
    expect(attempt).not.toThrow("canary");
  });
});

it("a name goes with a password, which may be anything", () => {
  expect(toCredentials(secret({ username: "robot", password: "a b\n" }))).toEqual({
    username: "robot",
    password: "a b\n",
  });
  expect(toCredentials(secret({ username: "robot" }))).toBeUndefined();
});
