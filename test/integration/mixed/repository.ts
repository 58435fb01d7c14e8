import { readFileSync } from "node:fs";
import { Gpg } from "../commits/gpg.ts";
import { addSignature, DAY } from "../commits/objects.ts";
import { Sandbox } from "../commits/sandbox.ts";
import { PrivateSigstore } from "../gitsign/private-sigstore.ts";
import { GitsignWorld, type Manner, type WorldPrograms } from "../gitsign/real/world.ts";
import { Authority, type Request } from "../ssh/authority.ts";
import {
  alternativeNames,
  type Issued,
  issue,
  keyUsage,
  pem,
  revocationList,
} from "../x509/builder/certificate.ts";
import { signCms } from "../x509/builder/cms.ts";
import { Gpgsm } from "../x509/gpgsm.ts";
import { Openssl } from "../x509/openssl.ts";

/** The files that a verifier is given. */
export interface VerifierFiles {
  readonly allowedSigners: string;
  readonly revokedKeys: string;
  readonly openpgpKeys: string;
  readonly x509Roots: string;
  readonly x509Crls: string;
  readonly trustedRoot: string;
}

const BANK = "@bank.example";

/**
 * One repository in which everybody signs in their own way, and in every way that is wrong: made by git with
 * ssh-keygen, gpg, gpgsm and gitsign, but where they would not do such a thing.
 */
export class MixedRepository implements AsyncDisposable {
  readonly sandbox = new Sandbox();
  readonly sigstore = new PrivateSigstore();
  #gitsign: GitsignWorld | undefined;
  /** Oids by what was done. */
  readonly made = new Map<string, string>();
  readonly #gpg = new Gpg(this.sandbox);
  readonly #openssl = new Openssl(this.sandbox);
  readonly #gpgsm = new Gpgsm(this.sandbox);
  /** Files of X.509 certificates. */
  goodCertificate = "";
  revokedCertificate = "";
  readonly #authority = new Authority(this.sandbox, "fleet");
  #files: VerifierFiles | undefined;

  get files(): VerifierFiles {
    if (this.#files === undefined) throw new TypeError("the repository is not made yet");
    return this.#files;
  }

  get fleet(): string {
    return this.#authority.line;
  }

  get gitsign(): GitsignWorld {
    if (this.#gitsign === undefined) throw new TypeError("gitsign's world is not started yet");
    return this.#gitsign;
  }

  async make(programs: WorldPrograms): Promise<void> {
    this.#gitsign = await GitsignWorld.start(programs, this.sandbox, this.sigstore);
    const trustedRoot = this.sandbox.write("trusted_root.json", this.gitsign.alice.rootJson);
    this.commit("unsigned");
    const ssh = this.#makeSsh();
    this.#makeCertified();
    const openpgpKeys = this.#makeOpenpgp();
    const x509 = await this.#makeX509();
    await this.#makeGitsign();
    await this.#makeTags();
    this.#files = { ...ssh, openpgpKeys, ...x509, trustedRoot };
    this.sandbox.git("config", "gpg.ssh.allowedSignersFile", ssh.allowedSigners);
    this.sandbox.git("config", "gpg.ssh.revocationFile", ssh.revokedKeys);
  }

  /** A public key, as a line of its file. */
  readonly line = (name: string): string => readFileSync(this.sandbox.path(`${name}.pub`), "utf8").trim();

  /** An OpenPGP key, armored. */
  readonly gpgKey = (name: string): string =>
    this.#gpg.run(["--armor", "--export", this.#gpg.fingerprint(name)]).toString();

  commit(what: string, format?: "ssh" | "openpgp" | "x509", key = "", gpgArgs = ""): void {
    const signing = format === undefined ? ["--no-gpg-sign"] : [`-S${key}`];
    const env = { GPG_ARGS: gpgArgs };
    const config = ["-c", `gpg.format=${format ?? "openpgp"}`];
    this.sandbox.gitWith({ env }, ...config, "commit", "-q", "--allow-empty", "-m", what, ...signing);
    this.made.set(what, this.sandbox.head());
  }

  /** As {@link commit}, with a signature that somebody else makes. */
  async commitWith(what: string, sign: (payload: Buffer) => string | Promise<string>): Promise<void> {
    this.sandbox.git("commit", "-q", "--allow-empty", "--no-gpg-sign", "-m", what);
    const unsigned = this.sandbox.commitBytes("HEAD");
    this.made.set(what, this.sandbox.commitRaw(addSignature(unsigned, await sign(unsigned))));
  }

  /** The commit of that name with another message under the same signature. */
  tamper(scheme: string): void {
    const bytes = this.sandbox.commitBytes(this.made.get(`${scheme}: good`) ?? "").toString("latin1");
    const changed = bytes.replace(`${scheme}: good`, `${scheme}: evil`);
    const parent = this.sandbox.head();
    const moved = changed.replace(/^parent [0-9a-f]{40}$/m, `parent ${parent}`);
    this.made.set(`${scheme}: tampered`, this.sandbox.commitRaw(Buffer.from(moved, "latin1")));
  }

  #keygen(name: string): string {
    const path = this.sandbox.path(name);
    this.sandbox.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path]);
    return path;
  }

  #makeSsh(): Pick<VerifierFiles, "allowedSigners" | "revokedKeys"> {
    for (const name of ["good", "expired", "revoked", "unknown"])
      this.commit(`ssh: ${name}`, "ssh", this.#keygen(`ssh-${name}`));
    this.tamper("ssh");
    const entries = [
      `ssh-good${BANK} ${this.line("ssh-good")}`,
      `ssh-expired${BANK} valid-before="20260101Z" ${this.line("ssh-expired")}`,
      `ssh-revoked${BANK} ${this.line("ssh-revoked")}`,
      `carol cert-authority ${this.fleet}`,
    ];
    const serials = this.sandbox.write("serials", "serial: 9\n");
    const revokedKeys = this.sandbox.path("revoked.krl");
    const keygen = ["-q", "-k", "-f", revokedKeys, "-s", this.#authority.publicFile];
    this.sandbox.run("ssh-keygen", [...keygen, serials, this.sandbox.path("ssh-revoked.pub")]);
    return {
      allowedSigners: this.sandbox.write("allowed_signers", `${entries.join("\n")}\n`),
      revokedKeys,
    };
  }

  #makeCertified(): void {
    const certified = (what: string, request: Request, by = this.#authority) => {
      const key = this.#keygen(`cert-${what}`);
      const certificate = by.certify(this.line(`cert-${what}`), { principals: ["carol"], ...request });
      this.sandbox.write(`cert-${what}-cert.pub`, readFileSync(certificate));
      this.commit(`ssh-cert: ${what}`, "ssh", `${key}-cert.pub`);
    };
    certified("good", { serial: 1 });
    certified("expired", { serial: 2, validity: "20250101Z:20260101Z" });
    certified("revoked", { serial: 9 });
    certified("another", { principals: ["dave"] });
    certified("unknown", {}, new Authority(this.sandbox, "stranger"));
    this.tamper("ssh-cert");
  }

  #makeOpenpgp(): string {
    const past = "20240101T120000";
    const gpg = this.#gpg;
    gpg.makeKey("gpg-good", "ed25519", "sign");
    gpg.makeKey("gpg-expired", "ed25519", "sign", "2024-02-01", past);
    for (const name of ["gpg-revoked", "gpg-unknown"]) gpg.makeKey(name, "ed25519", "sign");
    this.commit("openpgp: good", "openpgp", `gpg-good${BANK}`);
    this.commit("openpgp: expired", "openpgp", `gpg-expired${BANK}`, "--faked-system-time 20240102T120000!");
    this.commit("openpgp: revoked", "openpgp", `gpg-revoked${BANK}`);
    this.commit("openpgp: unknown", "openpgp", `gpg-unknown${BANK}`);
    gpg.revoke("gpg-revoked", 1);
    gpg.forget("gpg-unknown");
    this.tamper("openpgp");
    return this.sandbox.write("keys.pgp", gpg.export("gpg-good", "gpg-expired", "gpg-revoked"));
  }

  async #makeX509(): Promise<Pick<VerifierFiles, "x509Roots" | "x509Crls">> {
    const other = new Openssl(this.sandbox, "other");
    const good = this.#openssl.issue("good");
    this.goodCertificate = good.certificate;
    this.#gpgsm.import(this.#openssl, good);
    this.#gpgsm.import(other, other.issue("unknown"));
    // gpgsm signs with what it trusts alone.
    this.#gpgsm.trust(this.#openssl, other);
    this.commit("x509: good", "x509", `good${BANK}`);
    this.commit("x509: unknown", "x509", `unknown${BANK}`);
    this.#gpgsm.trust(this.#openssl);
    this.tamper("x509");
    const ca = this.#openssl.issuer();
    const person = (name: string, from: number, to: number) =>
      issue(ca, {
        name,
        from,
        to,
        extensions: [keyUsage(0), alternativeNames(["email", `${name}${BANK}`])],
      });
    const now = Math.floor(Date.now() / 1000) * 1000;
    const signing = (who: Issued, at: number) => (payload: Buffer) =>
      signCms(payload, who, ca, { signingTime: at });
    const expired = person("expired", now - 20 * DAY, now - DAY);
    const revoked = person("revoked", now - DAY, now + DAY);
    this.revokedCertificate = this.sandbox.write("revoked.crt", pem(revoked.certificate));
    await this.commitWith("x509: expired", signing(expired, now - 2 * DAY));
    await this.commitWith("x509: revoked", signing(revoked, now));
    const list = revocationList(ca, [revoked], { from: now - DAY, to: now + DAY });
    return {
      x509Roots: this.#openssl.ca.certificate,
      x509Crls: this.sandbox.write("ca.crl", pem(list, "X509 CRL")),
    };
  }

  /** By gitsign itself, but for the one that a log of today does not take in. */
  async #makeGitsign(): Promise<void> {
    const { gitsign, sigstore } = this;
    const manners = {
      good: {},
      another: { email: `mallory${BANK}` },
      "another provider": { provider: "other" },
      unknown: { fulcio: "other", rekor: "other" },
      unlogged: { rekorMode: "online" },
    } as const satisfies Record<string, Manner>;
    for (const [what, manner] of Object.entries(manners)) {
      await gitsign.commit(`gitsign: ${what}`, manner);
      this.made.set(`gitsign: ${what}`, this.sandbox.head());
    }
    const { identity, issuer } = gitsign.alice;
    await this.commitWith("gitsign: expired", (payload) =>
      sigstore.sign(payload, { identity, issuer, loggedAt: sigstore.now + DAY / 2 }),
    );
    this.tamper("gitsign");
  }

  /** One tag in each way, and the same with another name in what was signed. */
  async #makeTags(): Promise<void> {
    const key = (name: string) => this.sandbox.path(name);
    const keys = [
      ["ssh", "ssh", key("ssh-good")],
      ["ssh-cert", "ssh", `${key("cert-good")}-cert.pub`],
      ["openpgp", "openpgp", `gpg-good${BANK}`],
      ["x509", "x509", `good${BANK}`],
    ] as const;
    for (const [name, format, by] of keys) {
      this.sandbox.git("-c", `gpg.format=${format}`, "tag", "-s", "-u", by, "-m", "a tag", name);
      this.#tamperTag(name);
    }
    await this.gitsign.tag("gitsign");
    await this.gitsign.tag("gitsign-another", { email: `mallory${BANK}` });
    this.#tamperTag("gitsign");
  }

  #tamperTag(name: string): void {
    const other = `${name}-tampered`;
    this.sandbox.changeTag(name, other, (object) => object.replace(`tag ${name}`, `tag ${other}`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gitsign?.[Symbol.asyncDispose]();
    this.sandbox[Symbol.dispose]();
  }
}
