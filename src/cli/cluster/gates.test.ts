import { expect, it } from "vitest";
import { parseGateName } from "./gates.ts";

it("takes a plain name in the namespace at hand, or one with its own", () => {
  expect(parseGateName("api", "payments")).toMatchObject({ namespace: "payments", name: "api" });
  expect(parseGateName("web/api", "payments")).toMatchObject({ namespace: "web", name: "api" });
});

it.each(["", "/", "web/", "/api", "web/api/x"])("refuses %j", (text) => {
  expect(() => parseGateName(text, "payments")).toThrow(
    expect.objectContaining({ code: "INVALID_RESOURCE" }),
  );
});
