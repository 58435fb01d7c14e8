import { readFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import { json } from "node:stream/consumers";
import type { Cluster } from "../../support/cluster.ts";

/** What the API server says to an object: what it would store, or a Status. */
export interface Answer {
  readonly status: number;
  readonly body: {
    readonly reason?: string;
    readonly message?: string;
    readonly details?: { readonly causes?: readonly { readonly field?: string }[] };
  };
}

export interface TestedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const PLURALS: Readonly<Record<string, string>> = {
  Gate: "gates",
  TrustPolicy: "trustpolicies",
  PolicyBundle: "policybundles",
  Inventory: "inventories",
};

/** Asks the API server, as an administrator, whether it would take an object: strict, and nothing is stored. */
export class StrictApi {
  readonly #url: string;
  readonly #agent: Agent;

  private constructor(url: string, agent: Agent) {
    this.#url = url;
    this.#agent = agent;
  }

  static async of(cluster: Cluster): Promise<StrictApi> {
    const { clusters, users } = JSON.parse(await readFile(cluster.adminKubeconfig, "utf8"));
    const decode = (base64: string): string => Buffer.from(base64, "base64").toString();
    const agent = new Agent({
      ca: decode(clusters[0].cluster["certificate-authority-data"]),
      cert: decode(users[0].user["client-certificate-data"]),
      key: decode(users[0].user["client-key-data"]),
      keepAlive: true,
    });
    return new StrictApi(cluster.url, agent);
  }

  create(object: TestedObject): Promise<Answer> {
    const { apiVersion, kind, metadata } = object;
    const place = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
    const path = `/apis/${apiVersion}${place}/${PLURALS[kind]}?dryRun=All&fieldValidation=Strict`;
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json" };
      const sent = request(
        `${this.#url}${path}`,
        { method: "POST", agent: this.#agent, headers },
        (answer) => {
          json(answer).then(
            (body) => resolve({ status: answer.statusCode ?? 0, body: body as Answer["body"] }),
            reject,
          );
        },
      );
      sent.once("error", reject).end(JSON.stringify(object));
    });
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
