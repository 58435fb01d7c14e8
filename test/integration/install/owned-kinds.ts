import { labelsOf } from "./guarded.ts";

/** An object that a gate owns, and a status that it does not have yet. */
export interface Owned {
  readonly kind: string;
  readonly object: object;
  readonly status: object;
}

/** Of the kinds of Kubernetes that have a subresource `status`, those that a gate would apply. */
export function ownedKinds(namespace: string): Owned[] {
  return Object.entries(KINDS).map(([kind, { apiVersion, spec, status }]) => {
    const metadata = { name: "owned", namespace, labels: labelsOf("payments") };
    return { kind, object: { apiVersion, kind, metadata, spec }, status };
  });
}

const container = { name: "app", image: "registry.bank.example/app" };
const template = { metadata: { labels: { app: "owned" } }, spec: { containers: [container] } };
const job = { template: { spec: { containers: [container], restartPolicy: "Never" } } };
const selector = { matchLabels: { app: "owned" } };
const address = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "owned" };

const KINDS: Readonly<Record<string, { apiVersion: string; spec: object; status: object }>> = {
  CronJob: {
    apiVersion: "batch/v1",
    spec: { schedule: "0 1 * * *", jobTemplate: { spec: job } },
    status: { lastScheduleTime: "2026-01-01T01:00:00Z" },
  },
  DaemonSet: { apiVersion: "apps/v1", spec: { selector, template }, status: { observedGeneration: 1 } },
  Deployment: { apiVersion: "apps/v1", spec: { selector, template }, status: { observedGeneration: 1 } },
  HorizontalPodAutoscaler: {
    apiVersion: "autoscaling/v2",
    spec: { maxReplicas: 3, scaleTargetRef },
    status: { desiredReplicas: 1 },
  },
  Ingress: {
    apiVersion: "networking.k8s.io/v1",
    spec: { defaultBackend: { service: { name: "owned", port: { number: 80 } } } },
    status: address,
  },
  Job: { apiVersion: "batch/v1", spec: job, status: { startTime: "2026-01-01T01:00:00Z" } },
  PersistentVolumeClaim: {
    apiVersion: "v1",
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    status: { conditions: [{ type: "Resizing", status: "True" }] },
  },
  Pod: { apiVersion: "v1", spec: { containers: [container] }, status: { message: "looked at" } },
  PodDisruptionBudget: {
    apiVersion: "policy/v1",
    spec: { minAvailable: 1, selector },
    status: { observedGeneration: 1 },
  },
  ReplicationController: {
    apiVersion: "v1",
    spec: { selector: { app: "owned" }, template },
    status: { observedGeneration: 1 },
  },
  ResourceQuota: { apiVersion: "v1", spec: { hard: { pods: "9" } }, status: { used: { pods: "1" } } },
  Service: { apiVersion: "v1", spec: { ports: [{ port: 80 }], type: "LoadBalancer" }, status: address },
  StatefulSet: {
    apiVersion: "apps/v1",
    spec: { selector, template, serviceName: "owned" },
    status: { observedGeneration: 1 },
  },
};
