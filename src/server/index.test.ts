import { expect, it } from "vitest";
import * as server from "./index.ts";

it("shows what other folders may use, and no more", () => {
  expect(new Set(Object.keys(server))).toEqual(
    new Set(["PageServer", "createMetrics", "metricsRoutes", "parseAddress", "probeRoutes"]),
  );
});
