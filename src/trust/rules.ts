import type { CommitRuleMaterial } from "../api/index.ts";
import { clip } from "../clip.ts";
import { TrustError } from "./error.ts";
import { isEverything, matchPath, type PathPatterns, parsePathPatterns } from "./path-pattern.ts";

/** Who must have signed a commit that changes what the patterns match. */
export interface CommitRule {
  readonly patterns: PathPatterns;
  readonly role: string;
}

export type RuleCode = "ROLE_MISSING" | "PATH_NOT_COVERED";

export interface RuleProblem {
  readonly code: RuleCode;
  readonly message: string;
}

export function compileRules(rules: readonly CommitRuleMaterial[]): CommitRule[] {
  if (rules.length === 0) {
    throw new TrustError("EMPTY_TRUST", "the trust policy has no rules for commits", {
      remedy: 'add one to `commits`, such as {paths: ["**"], signedBy: {role: developer}}',
    });
  }
  return rules.map(({ paths, signedBy }) => ({ role: signedBy.role, patterns: compilePatterns(paths) }));
}

function compilePatterns(texts: readonly string[]): PathPatterns {
  const patterns = parsePathPatterns(texts);
  if (patterns.ok) return patterns.value;
  const [{ message, remedy }] = patterns.refusals;
  throw new TrustError("INVALID_RULE", message, { remedy });
}

/** Whether the rules ask nothing about which paths a commit changes. */
export function ignorePaths(rules: readonly CommitRule[]): boolean {
  return rules.every(isForEverything);
}

function isForEverything({ patterns }: CommitRule): boolean {
  return isEverything(patterns);
}

/**
 * Why a commit signed by somebody with `roles` may not change `paths`, or undefined if it may. Every rule
 * that matches a path must be met; a path that no rule matches is refused. A commit that changes nothing
 * (an empty one, a clean merge) must meet the rules for everything, or where there are none, any one rule.
 */
export function judgeRules(
  rules: readonly CommitRule[],
  roles: readonly string[],
  paths: readonly string[],
): RuleProblem | undefined {
  if (paths.length === 0 || ignorePaths(rules)) return judgeUnchanged(rules, roles);
  for (const path of paths) {
    const matches = rules.map((rule) => ({ rule, match: matchPath(path, rule.patterns) }));
    if (!matches.some(({ match }) => match === "whole")) {
      return {
        code: "PATH_NOT_COVERED",
        message: `no rule says who may change ${JSON.stringify(clip(path))}`,
      };
    }
    const missing = matches.find(({ rule, match }) => match !== "none" && !roles.includes(rule.role));
    if (missing !== undefined)
      return roleMissing(missing.rule.role, `to change ${JSON.stringify(clip(path))}`);
  }
  return undefined;
}

function judgeUnchanged(rules: readonly CommitRule[], roles: readonly string[]): RuleProblem | undefined {
  const general = rules.filter(isForEverything);
  if (general.length === 0) {
    if (rules.some(({ role }) => roles.includes(role))) return undefined;
    return roleMissing(rules.map(({ role }) => role).join(" or "), "to commit at all");
  }
  const missing = general.find(({ role }) => !roles.includes(role));
  return missing === undefined ? undefined : roleMissing(missing.role, "for every commit");
}

function roleMissing(role: string, purpose: string): RuleProblem {
  return { code: "ROLE_MISSING", message: `the signer lacks the role ${role}, asked for ${purpose}` };
}
