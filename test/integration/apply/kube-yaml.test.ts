import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { toFiles } from "../../../src/apply/files.ts";
import type { Admission } from "../../../src/apply/index.ts";
import {
  canonicalJson,
  type JsonObject,
  type KubernetesObject,
  manifestsOf,
} from "../../../src/render/index.ts";
import type { Recorded } from "../../../src/verified.ts";
import { describeWithTools } from "../../support/tools.ts";

/** Texts that some reader of YAML takes for something else, or for structure, when they are written plainly. */
const TREACHEROUS = [
  ..."yes|on|n|Y|off|null|~|true|1_000|0b11|0o17|017|0x1f|+1|1e3|.5|+1_0.5|.inf|.nan|12:30:45|2026-11-22|=|<<".split(
    "|",
  ),
  ..."|-|- a|a: b|a #b|#b|!!int 1|&a|*a|%a|@a|`a|? a|: a|{a|[a|---|...|'|\"|\\".split("|"),
  ...[" a", "a ", "\ta", "a\n", "\na", "a\n\n", " a\n b", "a\r", "a\r\nb", "\u0007", "\u0085", "\ufeff"],
  "a\nb\u2028apiVersion: rbac.authorization.k8s.io/v1\u2028kind: RoleBinding",
  "a\u2029subjects: [{kind: User, name: mallory}]",
];

function configMap(data: JsonObject): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "payments" }, data };
}

function written(object: KubernetesObject): string {
  const [file] = toFiles({
    gate: { namespace: "payments", name: "payments" },
    revision: "a".repeat(40),
    manifests: manifestsOf([object]),
    entry: { index: 0, leafHash: "0".repeat(64) },
  } as Recorded<Admission>);
  return file?.text ?? "";
}

describeWithTools(
  ["kubeyaml"],
  "what the directory target writes, read by Kubernetes' YAML reader",
  ({ kubeyaml }) => {
    function readByKubernetes(text: string): unknown {
      const { stdout, stderr, status } = spawnSync(kubeyaml, { input: text, encoding: "utf8" });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      return JSON.parse(stdout);
    }

    test("is what was judged, whatever its texts and keys look like", () => {
      const values = Object.fromEntries(TREACHEROUS.map((text, index) => [`v${index}`, text]));
      const keys = Object.fromEntries(TREACHEROUS.map((text) => [text, "1"]));
      for (const object of [configMap(values), configMap(keys)]) {
        expect(readByKubernetes(written(object))).toEqual(JSON.parse(canonicalJson(object)));
      }
    });

    test("for any text and any number", () => {
      // The source parser lets no NUL in, so none gets here.
      const text = fc.string({ unit: "binary" }).map((any) => any.replaceAll("\0", ""));
      const value = fc.oneof(text, fc.double({ noNaN: true, min: -1e15, max: 1e15 }), fc.boolean());
      const many = fc.array(value, { minLength: 20, maxLength: 200 });
      fc.assert(
        fc.property(many, (list) => {
          const object = configMap(JSON.parse(JSON.stringify({ list })));
          expect(readByKubernetes(written(object))).toEqual(JSON.parse(canonicalJson(object)));
        }),
        { numRuns: 25 },
      );
    });
  },
);
