import { describe, expect, it } from "vitest";
import { impersonation } from "./impersonation.ts";

describe("impersonation", () => {
  it("names the user and what is extra, with keys as a header can hold them", () => {
    expect(
      impersonation({ name: "system:serviceaccount:a:b", extra: { "sluice.dev/gate": ["a/g"] } }),
    ).toEqual({
      "impersonate-user": "system:serviceaccount:a:b",
      "impersonate-extra-sluice.dev%2Fgate": ["a/g"],
    });
  });

  it.each(["", " ", "a b", "a\r\nimpersonate-group: system:masters", "a\u0000", "ä"])(
    "as %j is refused before anything is sent",
    (name) => {
      const invalid = expect.objectContaining({ code: "INVALID" });
      expect(() => impersonation({ name })).toThrow(invalid);
      expect(() => impersonation({ name: "a", extra: { key: [name] } })).toThrow(invalid);
    },
  );
});
