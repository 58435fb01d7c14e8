import type { TestedObject } from "./api.ts";
import { bundle, cluster, cosign, gate, git, key, pem, signer, trust } from "./resources.ts";

/** What is wrong, the field that is named for it, the object, and one as near as can be that is right. */
export type Case = readonly [title: string, field: string, wrong: TestedObject, right: TestedObject];

const check = { apiVersion: "example.com/v1", kind: "Thing", current: "true" };
const files = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${index}.rego`, "package a"]));
const names = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `gate-${index}` }));
const modules = (value: object) => bundle({ rego: { modules: value } });
const start = (value: string) => trust({ history: { start: value } });
const ref = { name: "keys", key: "k" };
const submodule = (path: string) => ({
  path,
  url: "https://git.bank.example/other.git",
  trust: "other-trust",
});
const secretRef = { name: "git" };

export const GATE_CASES: readonly Case[] = [
  ["no trust", "spec.trust", gate({ trust: undefined }), gate()],
  ["empty trust", "spec.trust", gate({ trust: "" }), gate({ trust: "t" })],
  ["a name in capitals", "spec.trust", gate({ trust: "Trust" }), gate({ trust: "trust.1" })],
  ["no policies", "spec.policies", gate({ policies: [] }), gate({ policies: ["a"] })],
  ["absent policies", "spec.policies", gate({ policies: undefined }), gate()],
  ["a policy without a name", "spec.policies[0]", gate({ policies: [""] }), gate({ policies: ["a"] })],
  ["no duration", "spec.interval", gate({ interval: "soon" }), gate({ interval: "1h30m" })],
  ["a day", "spec.interval", gate({ interval: "1d" }), gate({ interval: "24h" })],
  ["a number", "spec.interval", gate({ interval: 60 }), gate({ interval: "60s" })],
  ["no time", "spec.retryInterval", gate({ retryInterval: "-1s" }), gate({ retryInterval: "1s" })],
  ["text for a boolean", "spec.suspend", gate({ suspend: "true" }), gate({ suspend: true })],
  ["no source", "spec.source", gate({ source: undefined }), gate()],
  ["an empty source", "spec.source.git", gate({ source: {} }), gate()],
  [
    "another scheme",
    "spec.source.git.url",
    git({ url: "git://bank.example/a" }),
    git({ url: "http://bank.example/a" }),
  ],
  [
    "the short form of ssh",
    "spec.source.git.url",
    git({ url: "git@bank.example:a", auth: { secretRef } }),
    git({ url: "ssh://git@bank.example/a", auth: { secretRef } }),
  ],
  [
    "ssh without a user",
    "spec.source.git.url",
    git({ url: "ssh://bank.example/a", auth: { secretRef } }),
    git({ url: "ssh://git@bank.example:2222/a", auth: { secretRef } }),
  ],
  [
    "ssh with a password",
    "spec.source.git.url",
    git({ url: "ssh://git:secret@bank.example/a", auth: { secretRef } }),
    git({ url: "ssh://git@bank.example/~/a", auth: { secretRef } }),
  ],
  [
    "ssh without a key",
    "spec.source.git",
    git({ url: "ssh://git@bank.example/a" }),
    git({ url: "ssh://git@bank.example/a", auth: { secretRef } }),
  ],
  [
    "a proxy for ssh",
    "spec.source.git",
    git({ url: "ssh://git@bank.example/a", auth: { secretRef }, proxy: { secretRef } }),
    git({ url: "https://bank.example/a", proxy: { secretRef } }),
  ],
  [
    "a proxy for http",
    "spec.source.git",
    git({ url: "http://bank.example/a", proxy: { secretRef } }),
    git({ url: "https://bank.example/a", auth: { secretRef }, proxy: { secretRef } }),
  ],
  ["no URL", "spec.source.git.url", git({ url: "bank.example/a" }), git({ url: "https://bank.example/a" })],
  [
    "credentials in the URL",
    "spec.source.git.url",
    git({ url: "https://me:secret@bank.example/a" }),
    git({ url: "https://bank.example/me:secret@a" }),
  ],
  [
    "a name in the URL",
    "spec.source.git.url",
    git({ url: "https://me@bank.example/a" }),
    git({ url: "https://bank.example:8443/a" }),
  ],
  ["no ref", "spec.source.git.ref", git({ ref: {} }), git({ ref: { tag: "v1" } })],
  [
    "two refs",
    "spec.source.git.ref",
    git({ ref: { branch: "m", tag: "v1" } }),
    git({ ref: { semver: "1.x" } }),
  ],
  [
    "two submodules at one path",
    "spec.source.git",
    git({ submodules: [submodule("a"), submodule("a")] }),
    git({ submodules: [submodule("a"), submodule("b")] }),
  ],
  [
    "a submodule that leaves",
    "spec.source.git.submodules[0].path",
    git({ submodules: [submodule("/a")] }),
    git({ submodules: [submodule("a/b")] }),
  ],
  [
    "a submodule without trust",
    "spec.source.git.submodules[0].trust",
    git({ submodules: [{ ...submodule("a"), trust: undefined }] }),
    git({ submodules: [submodule("a")] }),
  ],
  [
    "a short commit",
    "spec.source.git.ref.commit",
    git({ ref: { commit: "a".repeat(39) } }),
    git({ ref: { commit: "a".repeat(40) } }),
  ],
  ["no branch", "spec.source.git.ref.branch", git({ ref: { branch: "" } }), git({ ref: { branch: "m" } })],
  [
    "nothing to authenticate with",
    "spec.source.git.auth.secretRef",
    git({ auth: {} }),
    git({ auth: { secretRef: { name: "s" } } }),
  ],
  ["an absolute path", "spec.path", gate({ path: "/prod" }), gate({ path: "prod/" })],
  ["a path that leaves", "spec.path", gate({ path: "../prod" }), gate({ path: "..prod" })],
  ["a path that leaves and comes back", "spec.path", gate({ path: "a/../b" }), gate({ path: "a/..b/c..d" })],
  ["a path with a NUL", "spec.path", gate({ path: "a\0b" }), gate({ path: "a\u0001b" })],
  ["no namespaces", "spec.namespaces", gate({ namespaces: [] }), gate({ namespaces: ["payments"] })],
  [
    "itself to wait for",
    "",
    gate({ dependsOn: [{ name: "tested" }] }),
    gate({ dependsOn: [{ name: "other" }] }),
  ],
  [
    "a nameless gate",
    "spec.dependsOn[0].name",
    gate({ dependsOn: [{}] }),
    gate({ dependsOn: [{ name: "a" }] }),
  ],
  ["65 gates", "spec.dependsOn", gate({ dependsOn: names(65) }), gate({ dependsOn: names(64) })],
  ["a name of 64 characters", "", gate({}, "n".repeat(64)), gate({}, "n".repeat(63))],
  [
    "another deletion policy",
    "spec.deletionPolicy",
    gate({ deletionPolicy: "prune" }),
    gate({ deletionPolicy: "Prune" }),
  ],
  ["no target", "spec.target", gate({ target: {} }), gate({ target: { cluster: {} } })],
  ["two targets", "spec.target", gate({ target: { cluster: {}, directory: { path: "a" } } }), gate()],
  ["a directory", "spec.target.directory", gate({ target: { directory: { path: "a" } } }), gate()],
  ["another drift", "spec.target.cluster.drift", cluster({ drift: "Ignore" }), cluster({ drift: "Report" })],
  [
    "checks that nothing waits for",
    "spec.target.cluster",
    cluster({ healthChecks: [check] }),
    cluster({ healthChecks: [check], wait: true }),
  ],
  [
    "checks and an explicit no",
    "spec.target.cluster",
    cluster({ healthChecks: [check], wait: false }),
    cluster({ healthChecks: [], wait: false }),
  ],
  [
    "a check without a rule",
    "spec.target.cluster.healthChecks[0].current",
    cluster({ healthChecks: [{ ...check, current: undefined }], wait: true }),
    cluster({ healthChecks: [{ ...check, failed: "false" }], wait: true }),
  ],
  [
    "a kubeconfig from nowhere",
    "spec.target.cluster.kubeConfig.secretRef",
    cluster({ kubeConfig: {} }),
    cluster({ kubeConfig: { secretRef: { name: "remote" } } }),
  ],
];

export const TRUST_CASES: readonly Case[] = [
  ["no signers", "spec.signers", trust({ signers: [] }), trust()],
  ["absent signers", "spec.signers", trust({ signers: undefined }), trust()],
  ["no roles", "spec.signers[0].roles", signer({ roles: [] }), signer({ roles: ["r"] })],
  ["no keys", "spec.signers[0].keys", signer({ keys: [] }), signer({ keys: [{ ssh: "ssh-ed25519 A" }] })],
  ["a key that is none", "spec.signers[0].keys[0]", key({}), key({ ssh: "ssh-ed25519 A" })],
  [
    "a key that is two",
    "spec.signers[0].keys[0]",
    key({ ssh: "ssh-ed25519 A", openpgp: { armored: "a" } }),
    key({ openpgp: { armored: "a" } }),
  ],
  [
    "a key file",
    "spec.signers[0].keys[0].openpgp.file",
    key({ openpgp: { file: "alice.asc" } }),
    key({ openpgp: { armored: "alice.asc" } }),
  ],
  [
    "a key in two places",
    "spec.signers[0].keys[0].openpgp",
    key({ openpgp: { armored: "a", configMapRef: ref } }),
    key({ openpgp: { configMapRef: ref } }),
  ],
  [
    "a ConfigMap without a key",
    "spec.signers[0].keys[0].openpgp.configMapRef.key",
    key({ openpgp: { configMapRef: { name: "keys" } } }),
    key({ openpgp: { configMapRef: ref } }),
  ],
  [
    "no day",
    "spec.signers[0].keys[0].validAfter",
    key({ ssh: "a", validAfter: "soon" }),
    key({ ssh: "a", validAfter: "2026-11-22" }),
  ],
  [
    "a day that there is not",
    "spec.signers[0].keys[0].validBefore",
    key({ ssh: "a", validBefore: "2026-02-30" }),
    key({ ssh: "a", validBefore: "2026-02-28" }),
  ],
  [
    "an instant without an offset",
    "spec.signers[0].keys[0].validBefore",
    key({ ssh: "a", validBefore: "2026-02-28T10:00:00" }),
    key({ ssh: "a", validBefore: "2026-02-28T10:00:00.5+01:00" }),
  ],
  [
    "an hour that there is not",
    "spec.signers[0].keys[0].validBefore",
    key({ ssh: "a", validBefore: "2026-02-28T25:00:00Z" }),
    key({ ssh: "a", validBefore: "2026-02-28T23:00:00Z" }),
  ],
  [
    "an identity without its provider",
    "spec.signers[0].keys[0].sigstore.issuer",
    key({ sigstore: { identity: "alice@bank.example" } }),
    key({ sigstore: { identity: "alice@bank.example", issuer: "https://login.bank.example" } }),
  ],
  [
    "a provider that is no URL",
    "spec.signers[0].keys[0].sigstore.issuer",
    key({ sigstore: { identity: "alice@bank.example", issuer: "login.bank.example" } }),
    key({ sigstore: { identity: "https://bank.example/alice", issuer: "http://localhost:5556/auth" } }),
  ],
  [
    "a name for an address",
    "spec.signers[0].keys[0].x509.email",
    key({ x509: { authority: "bank-ca", email: "alice" } }),
    key({ x509: { authority: "bank-ca", email: "alice@bank.example" } }),
  ],
  [
    "no principal",
    "spec.signers[0].keys[0].sshCertificate.principal",
    key({ sshCertificate: { authority: "fleet", principal: "" } }),
    key({ sshCertificate: { authority: "fleet", principal: "alice" } }),
  ],
  [
    "an authority without roots",
    "spec.authorities.x509[0].roots",
    trust({ authorities: { x509: [{ name: "bank-ca" }] } }),
    trust({ authorities: { x509: [{ name: "bank-ca", roots: { pem: "x" } }] } }),
  ],
  [
    "roots in two places",
    "spec.authorities.x509[0].roots",
    trust({ authorities: { x509: [{ name: "bank-ca", roots: { pem: "x", configMapRef: ref } }] } }),
    trust({ authorities: { x509: [{ name: "bank-ca", roots: { configMapRef: ref } }] } }),
  ],
  [
    "a file of roots",
    "spec.authorities.x509[0].roots.file",
    trust({ authorities: { x509: [{ name: "bank-ca", roots: { file: "ca.pem" } }] } }),
    trust({ authorities: { sshCertificates: [{ name: "fleet", key: "ssh-ed25519 A" }] } }),
  ],
  [
    "a trusted root that is nowhere",
    "spec.authorities.sigstore.trustedRoot",
    trust({ authorities: { sigstore: { trustedRoot: {} } } }),
    trust({ authorities: { sigstore: { trustedRoot: { json: "{}" } } } }),
  ],
  [
    "a list that is no base64",
    "spec.revoked.sshKeys[0].base64",
    trust({ revoked: { sshKeys: [{ base64: "not base64" }] } }),
    trust({ revoked: { sshKeys: [{ base64: "AAAA" }] } }),
  ],
  ["an abbreviated start", "spec.history.start", start("4f2c"), start("4f2c".repeat(10))],
  ["a start in capitals", "spec.history.start", start("4F2C".repeat(10)), start("tip")],
  [
    "a reset by nobody",
    "spec.history.reset.count",
    trust({ history: { start: "root", reset: { role: "releaser", count: 0 } } }),
    trust({ history: { start: "root", reset: { role: "releaser", count: 1 } } }),
  ],
  ["no start", "spec.history.start", trust({ history: {} }), start("root")],
  ["no rules", "spec.commits", trust({ commits: [] }), trust()],
  [
    "a rule that asks nobody",
    "spec.commits[0]",
    trust({ commits: [{ paths: ["**"] }] }),
    trust({ commits: [{ paths: ["prod/**"], signedBy: { role: "r" } }] }),
  ],
  [
    "a rule that asks for two things at once",
    "spec.commits[0].signedBy",
    trust({ commits: [{ paths: ["**"], signedBy: { role: "r", any: [{ role: "r" }] } }] }),
    trust({ commits: [{ paths: ["**"], signedBy: { any: [{ role: "r" }, { signer: "s" }] } }] }),
  ],
  [
    "approvals by nobody",
    "spec.commits[0].approvedBy.count",
    trust({ commits: [{ paths: ["**"], approvedBy: { role: "r", count: 0 } }] }),
    trust({ commits: [{ paths: ["**"], approvedBy: { role: "r", count: 2, via: ["note"] } }] }),
  ],
  [
    "an address that commits do not have",
    "spec.commits[0].addresses[0]",
    trust({ commits: [{ paths: ["**"], addresses: ["tagger"] }] }),
    trust({ commits: [{ paths: ["**"], addresses: ["author"] }] }),
  ],
  [
    "images that anybody signs",
    "spec.artifacts[0].signedBy.any",
    trust({ artifacts: [{ match: ["**"], signedBy: { any: [] } }] }),
    trust({ artifacts: [] }),
  ],
  ["no cosign key", "spec.artifacts[0].signedBy.any[0].cosign", cosign({}), cosign({ pem })],
  [
    "a cosign key file",
    "spec.artifacts[0].signedBy.any[0].cosign.key",
    cosign({ key: "ci.pub" }),
    cosign({ pem }),
  ],
  ["no PEM", "spec.artifacts[0].signedBy.any[0].cosign.pem", cosign({ pem: "ci.pub" }), cosign({ pem })],
];

export const BUNDLE_CASES: readonly Case[] = [
  ["no Rego", "spec.rego", bundle({ rego: {} }), bundle()],
  ["absent Rego", "spec.rego", bundle({ rego: undefined }), bundle()],
  ["Rego twice", "spec.rego", bundle({ rego: { path: "a", modules: files(1) } }), modules(files(1))],
  [
    "an absolute path",
    "spec.rego.path",
    bundle({ rego: { path: "/etc" } }),
    bundle({ rego: { path: "etc" } }),
  ],
  [
    "a path above",
    "spec.rego.path",
    bundle({ rego: { path: "a/../.." } }),
    bundle({ rego: { path: "a/..." } }),
  ],
  ["no files", "spec.rego.modules", modules({}), modules({ "a.rego": "" })],
  [
    "data alone",
    "spec.rego.modules",
    modules({ "data.json": "{}" }),
    modules({ "data.json": "{}", "a.rego": "" }),
  ],
  ["a file above", "spec.rego.modules", modules({ "../a.rego": "" }), modules({ "lib/a.rego": "" })],
  [
    "data of another name",
    "spec.rego.modules",
    modules({ "a.rego": "", "lib/mydata.json": "{}" }),
    modules({ "a.rego": "", "lib/data.json": "{}" }),
  ],
  [
    "a file of another kind",
    "spec.rego.modules",
    modules({ "a.rego": "", "b.sh": "" }),
    modules({ "b.rego": "" }),
  ],
  [
    "a file that is no text",
    "spec.rego.modules.a.rego",
    modules({ "a.rego": 1 }),
    modules({ "a.rego": "1" }),
  ],
  ["257 files", "spec.rego.modules", modules(files(257)), modules(files(256))],
  [
    "more than 1 MiB",
    "spec.rego.modules",
    modules({ "a.rego": "a".repeat(1024 * 1024), "b.rego": "b" }),
    modules({ "a.rego": "a".repeat(1024 * 1024 - 1), "b.rego": "b" }),
  ],
  [
    "a list of parameters",
    "spec.parameters",
    bundle({ parameters: ["a"] }),
    bundle({ parameters: { a: [{ b: null }] } }),
  ],
];

/** Refused for a field that there is not; the path is of the object that has it. */
export const UNKNOWN_FIELD_CASES: readonly Case[] = [
  ["a misspelt field", "spec", gate({ intervall: "1m" }), gate({ interval: "1m" })],
  ["one deep below", "spec.target.cluster", cluster({ prun: true }), cluster({ prune: true })],
  ["one in a list", "spec.signers[0]", signer({ role: "a" }), signer({})],
  ["one beside a choice", "spec.signers[0].keys[0]", key({ ssh: "a", age: 1 }), key({ ssh: "a" })],
  [
    "one beside the spec",
    "",
    { ...gate(), data: {} } as TestedObject,
    { ...gate(), status: {} } as TestedObject,
  ],
  ["one in a bundle", "spec", bundle({ paramters: {} }), bundle({ parameters: { anything: 1 } })],
];
