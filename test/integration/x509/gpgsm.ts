import type { Sandbox } from "../commits/sandbox.ts";
import type { Openssl, Person } from "./openssl.ts";

/** gpgsm in a sandbox's own home, and set up for git. It looks at no revocation lists. */
export class Gpgsm {
  readonly #sandbox: Sandbox;

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
    const passphrase = sandbox.write("passphrase", "x\n");
    const args = `--batch --quiet --pinentry-mode loopback --passphrase-fd 3 "$@" 3<${passphrase}`;
    const script = `#!/bin/sh\nexec gpgsm ${args}\n`;
    sandbox.git("config", "gpg.x509.program", sandbox.write("gpgsm-for-git", script, 0o755));
    sandbox.write("g/gpgsm.conf", "disable-crl-checks\ndisable-dirmngr\n");
    sandbox.write("g/gpg-agent.conf", "allow-loopback-pinentry\n");
  }

  import(authority: Openssl, person: Person): void {
    const files = ["-in", person.certificate, "-inkey", person.key, "-certfile", authority.ca.certificate];
    const bundle = this.#sandbox.write(
      `${person.name}.p12`,
      authority.run(["pkcs12", "-export", "-legacy", "-passout", "pass:x", ...files]),
    );
    this.#sandbox.run(
      "gpgsm",
      ["--batch", "--pinentry-mode", "loopback", "--passphrase-fd", "0", "--import", bundle],
      { input: "x\n" },
    );
  }

  /** Trusts these authorities as roots, and no others. */
  trust(...authorities: readonly Openssl[]): void {
    const lines = authorities.map((each) => {
      const args = ["x509", "-in", each.ca.certificate, "-noout", "-fingerprint", "-sha1"];
      return `${each.run(args).toString().trim().replace(/^.*=/, "")} S relax\n`;
    });
    this.#sandbox.write("g/trustlist.txt", lines.join(""));
    this.#sandbox.run("gpgconf", ["--reload", "gpg-agent"]);
  }
}
