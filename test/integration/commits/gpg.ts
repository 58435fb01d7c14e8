import type { Sandbox } from "./sandbox.ts";

/** `20260101T120000`, as gpg's --faked-system-time takes it. */
export type GpgTime = `${number}T${number}`;

interface GpgRun {
  readonly at?: GpgTime;
  readonly input?: string;
}

/** gpg in a sandbox's own home. Keys have no passphrase, and go by the name that they were made with. */
export class Gpg {
  readonly #sandbox: Sandbox;

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
    // git calls this; GPG_ARGS reaches gpg through git's own environment.
    const script = '#!/bin/sh\nexec gpg --batch --no-tty --quiet --trust-model always $GPG_ARGS "$@"\n';
    sandbox.git("config", "gpg.program", sandbox.write("gpg-for-git", script, 0o755));
  }

  run(args: readonly string[], { at, input = "" }: GpgRun = {}): Buffer {
    const faked = at === undefined ? [] : ["--faked-system-time", `${at}!`];
    const common = ["--no-tty", "--quiet", "--yes", "--pinentry-mode", "loopback", "--passphrase", ""];
    return this.#sandbox.run("gpg", [...common, ...faked, ...args], { input });
  }

  /** Makes a primary key; answers its fingerprint. */
  makeKey(name: string, algorithm: string, usage: string, expire = "never", at?: GpgTime): string {
    const args = ["--batch", "--quick-gen-key", `${name} <${name}@bank.example>`, algorithm, usage, expire];
    this.run(args, at === undefined ? {} : { at });
    return this.fingerprint(name);
  }

  addSubkey(name: string, algorithm: string, expire = "never", at?: GpgTime): void {
    const args = ["--batch", "--quick-add-key", this.fingerprint(name), algorithm, "sign", expire];
    this.run(args, at === undefined ? {} : { at });
  }

  fingerprint(name: string): string {
    const listing = this.run(["--with-colons", "--list-keys", `${name}@bank.example`]).toString();
    const [, fingerprint] = /^fpr:+([0-9A-F]+):$/m.exec(listing) ?? [];
    if (fingerprint === undefined) throw new Error(`gpg knows no key of ${name}`);
    return fingerprint;
  }

  /** Revokes the whole key; the reason is gpg's number for it. */
  revoke(name: string, reason: 0 | 1 | 2 | 3): void {
    const answers = `y\n${reason}\n\ny\n`;
    const args = ["--command-fd", "0", "--armor", "--gen-revoke", this.fingerprint(name)];
    this.run(["--batch", "--import"], { input: this.run(args, { input: answers }).toString() });
  }

  revokeSubkey(name: string): void {
    const answers = "key 1\nrevkey\ny\n0\n\ny\nsave\n";
    this.run(["--command-fd", "0", "--edit-key", this.fingerprint(name)], { input: answers });
  }

  export(...names: readonly string[]): Buffer {
    return this.run(["--export", ...names.map((name) => this.fingerprint(name))]);
  }

  /** As if the key had never been seen here. */
  forget(name: string): void {
    this.run(["--batch", "--delete-secret-and-public-key", this.fingerprint(name)]);
  }
}
