/** A Deployment in JSON, which is YAML too. */
export function deployment({ image, replicas }: { image: string; replicas: number }): string {
  return JSON.stringify({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "api" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "api" } },
      template: { metadata: { labels: { app: "api" } }, spec: { containers: [{ name: "api", image }] } },
    },
  });
}
