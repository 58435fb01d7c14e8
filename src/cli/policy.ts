import type { Command } from "commander";
import { action } from "./action.ts";
import { buildPolicies } from "./policy-build.ts";
import { checkPolicies } from "./policy-check.ts";
import { evaluatePolicies } from "./policy-eval.ts";
import { printSchema } from "./policy-schema.ts";
import { testPolicies } from "./policy-test.ts";

const FOLDER = "a folder of Rego files";

export function registerPolicy(program: Command): void {
  const policy = program
    .command("policy")
    .description("Work on policies: test, check, build and evaluate them");
  policy
    .command("test")
    .description("Run the tests of the *_test.rego files, with coverage")
    .argument("<dir>", FOLDER)
    .action(action(testPolicies));
  policy
    .command("check")
    .description("Compile and type-check policies and tests; every deny and warn has to have a title")
    .argument("<dir>", FOLDER)
    .action(action(checkPolicies));
  policy
    .command("build")
    .description("Compile policies to policy.wasm, with policy.json to say what it is")
    .argument("<dir>", FOLDER)
    .requiredOption("--out <dir>", "where to write them")
    .action(action(buildPolicies));
  policy
    .command("eval")
    .description("Evaluate policies over manifests, or over a whole input document")
    .argument("<dir>", FOLDER)
    .requiredOption("--input <file>", "YAML or JSON; `-` for standard input")
    .option("--parameters <file>", "the bundle's parameters, as YAML or JSON")
    .action(action(evaluatePolicies));
  policy
    .command("schema")
    .description("Print the JSON Schema of the input that policies see")
    .argument("<kind>", "`object` for package sluice.object.*, `change` for sluice.change.*")
    .action(action(printSchema));
}
