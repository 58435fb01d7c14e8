import type { KubeObject } from "../../src/kube/index.ts";

export interface ApplicationOptions {
  readonly name: string;
  readonly image: string;
  /** A label of every object, so that a new version changes all of them. */
  readonly version: number;
}

/** What one gate lets through: a Deployment, a ServiceAccount, a Service and an Ingress. */
export function application({ name, image, version }: ApplicationOptions): KubeObject[] {
  const app = { app: name };
  const metadata = { name, labels: { ...app, version: `v${version}` } };
  const resources = { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "128Mi" } };
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
  const container = { name: "api", image, resources, securityContext, ports: [{ containerPort: 8080 }] };
  const backend = { service: { name, port: { number: 80 } } };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        replicas: 2,
        selector: { matchLabels: app },
        template: {
          metadata: { labels: app },
          spec: {
            serviceAccountName: name,
            securityContext: { runAsNonRoot: true },
            containers: [container],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { selector: app, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata,
      spec: {
        rules: [
          {
            host: `${name}.bank.example`,
            http: { paths: [{ path: "/", pathType: "Prefix", backend }] },
          },
        ],
      },
    },
  ];
}

/** As one file of plain YAML. */
export function toManifest(objects: readonly KubeObject[]): string {
  return objects.map((object) => `---${toYaml(object)}\n`).join("");
}

/** Block style, as people write it; texts are quoted as JSON quotes them. */
function toYaml(value: unknown, indent = ""): string {
  if (Array.isArray(value)) return value.map((item) => `\n${indent}-${below(item, `${indent}  `)}`).join("");
  return Object.entries(Object(value))
    .map(([key, field]) => `\n${indent}${key}:${below(field, `${indent}  `)}`)
    .join("");
}

function below(value: unknown, indent: string): string {
  return typeof value === "object" ? toYaml(value, indent) : ` ${JSON.stringify(value)}`;
}
