import type { Tree } from "./repository.ts";

/** What the demo's repository holds: a kustomization that passes every rule of the baseline policies. */
export interface AppOptions {
  readonly registry: string;
  readonly replicas?: number;
  /** `registry/path:tag`; the signed one unless told. */
  readonly apiImage?: string;
  readonly privileged?: boolean;
}

export function appTree({ registry, replicas = 2, apiImage, privileged = false }: AppOptions): Tree {
  const api = { name: "api", image: apiImage ?? `${registry}/payments/api:1.4.2`, replicas, privileged };
  const worker = {
    name: "worker",
    image: `${registry}/payments/worker:1.4.2`,
    replicas: 1,
    privileged: false,
  };
  return new Map([
    ["README.md", "# payments\n\nWhat runs in production. Every commit is signed.\n"],
    ["base/kustomization.yaml", "resources: [api.yaml, worker.yaml, service.yaml]\n"],
    ["base/api.yaml", deployment(api)],
    ["base/worker.yaml", deployment(worker)],
    ["base/service.yaml", SERVICE],
    ["prod/kustomization.yaml", PROD],
  ]);
}

interface Workload {
  readonly name: string;
  readonly image: string;
  readonly replicas: number;
  readonly privileged: boolean;
}

function deployment({ name, image, replicas, privileged }: Workload): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: ${replicas}
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        seccompProfile: {type: RuntimeDefault}
      containers:
        - name: ${name}
          image: ${image}
          resources:
            requests: {cpu: 50m, memory: 64Mi}
            limits: {cpu: 500m, memory: 128Mi}
          securityContext:
            privileged: ${privileged}
            allowPrivilegeEscalation: ${privileged}
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
`;
}

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: api
spec:
  selector: {app: api}
  ports: [{port: 80, targetPort: 8080}]
`;

const PROD = `namespace: payments
labels: [{pairs: {env: prod}}]
resources: [../base]
configMapGenerator:
  - name: settings
    literals: [LOG_LEVEL=info]
`;
