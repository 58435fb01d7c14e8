import type { Observer } from "../../apply/cluster/index.ts";
import { sha256 } from "../../digest.ts";
import type { RemoteCluster } from "../../gate/index.ts";
import { fromKubeConfigText, KubeClient } from "../../kube/index.ts";

interface Remote {
  /** Of the kubeconfig: the credentials themselves are kept nowhere else. */
  readonly digest: string;
  readonly client: KubeClient;
  readonly observer: Observer;
  /** Which cluster it is, however its credentials change. */
  readonly place: string;
}

/** Connections to the clusters of kubeconfigs, one for each gate that names one, for as long as it stays the same. */
export class RemoteClusters implements AsyncDisposable {
  readonly #observe: (client: KubeClient) => Observer;
  readonly #remotes = new Map<string, Remote>();

  constructor(observe: (client: KubeClient) => Observer) {
    this.#observe = observe;
  }

  /** Throws KubeError CONFIG for a kubeconfig that runs programs, reads files or trusts blindly. */
  async at(gate: string, { text }: RemoteCluster): Promise<Remote> {
    const digest = sha256(text);
    const known = this.#remotes.get(gate);
    if (known?.digest === digest) return known;
    const connection = await fromKubeConfigText(text);
    const client = new KubeClient(connection);
    await this.forget(gate);
    const place = sha256(connection.server.href);
    const remote = { digest, client, observer: this.#observe(client), place };
    this.#remotes.set(gate, remote);
    return remote;
  }

  async forget(gate: string): Promise<void> {
    const remote = this.#remotes.get(gate);
    this.#remotes.delete(gate);
    await remote?.observer[Symbol.asyncDispose]();
    await remote?.client[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#remotes.keys()].map((gate) => this.forget(gate)));
  }
}
