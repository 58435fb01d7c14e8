/** What this process is to the others at this moment, for whoever asks from outside. */
export class Presence {
  #role: "leader" | "standby" | undefined;
  #logSize: () => number | undefined = () => undefined;

  get role(): "leader" | "standby" | undefined {
    return this.#role;
  }

  /** Entries of the audit log, while it is this process's to write. */
  get logSize(): number | undefined {
    return this.#logSize();
  }

  standBy(): void {
    this.#role = "standby";
  }

  lead(logSize: () => number): void {
    this.#role = "leader";
    this.#logSize = logSize;
  }

  leave(): void {
    this.#role = undefined;
    this.#logSize = () => undefined;
  }
}
