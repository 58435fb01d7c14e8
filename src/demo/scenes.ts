import { appTree } from "./manifests.ts";
import { unsigned } from "./people.ts";
import type { World } from "./world.ts";

/** What the gate must answer; the demo fails when it answers anything else. */
export type Expectation = { readonly verdict: "admit" } | { readonly verdict: "deny"; readonly code: string };

/** One thing that happens to the repository. */
export interface Scene {
  readonly title: string;
  readonly story: string;
  readonly expect: Expectation;
  /** Pushes to `main`, whose head is `head`; gives the new head. */
  push(world: World, head: string | undefined): Promise<string>;
}

export const SCENES: readonly Scene[] = [
  {
    title: "A clean change",
    story: "Alice commits the configuration and signs it. Both images carry signatures by the build's key.",
    expect: { verdict: "admit" },
    push: ({ repository, registry, alice }, head) =>
      repository.commit(alice, "Run payments", appTree({ registry }), head),
  },
  {
    title: "An unsigned commit in the middle",
    story:
      "Three commits are pushed. The first and the last are Alice's; the one between is signed by nobody.",
    expect: { verdict: "deny", code: "UNSIGNED" },
    async push({ repository, registry, alice }, head) {
      const first = await repository.commit(
        alice,
        "Three replicas",
        appTree({ registry, replicas: 3 }),
        head,
      );
      const tree = appTree({ registry, replicas: 30 });
      const second = await repository.commit(unsigned(alice), "Thirty replicas", tree, first);
      return repository.commit(alice, "Back to three", appTree({ registry, replicas: 3 }), second);
    },
  },
  {
    title: "A stranger's key",
    story: "Mallory signs with a key of her own, and calls herself Alice.",
    expect: { verdict: "deny", code: "UNKNOWN_KEY" },
    push: ({ repository, registry, alice, mallory }, head) =>
      repository.commit(
        { ...mallory, name: alice.name, email: alice.email },
        "Fix",
        appTree({ registry, replicas: 4 }),
        head,
      ),
  },
  {
    title: "An expired key",
    story: "Carol's key was good until yesterday.",
    expect: { verdict: "deny", code: "KEY_EXPIRED" },
    push: ({ repository, registry, carol }, head) =>
      repository.commit(carol, "Scale up", appTree({ registry, replicas: 5 }), head),
  },
  {
    title: "An unsigned image",
    story: "Alice's commit is in order, but it runs a release candidate that the build never signed.",
    expect: { verdict: "deny", code: "IMAGE_UNSIGNED" },
    push: ({ repository, registry, alice }, head) =>
      repository.commit(
        alice,
        "Try 1.5",
        appTree({ registry, apiImage: `${registry}/payments/api:1.5.0-rc1` }),
        head,
      ),
  },
  {
    title: "A privileged pod",
    story: "Signed by the right person, built by the right builder, and still not allowed.",
    expect: { verdict: "deny", code: "POLICY_DENIED" },
    push: ({ repository, registry, alice }, head) =>
      repository.commit(alice, "Debug the network", appTree({ registry, privileged: true }), head),
  },
  {
    title: "Rewritten history",
    story:
      "The branch is forced to a new root. Every commit on it is signed by Alice; what was admitted is gone.",
    expect: { verdict: "deny", code: "HISTORY_REWRITTEN" },
    push: ({ repository, registry, alice }) =>
      repository.commit(alice, "Start over", appTree({ registry, replicas: 1 })),
  },
  {
    title: "And a clean change again",
    story: "Alice goes on from the last admitted commit. Nothing of what was refused is in the way.",
    expect: { verdict: "admit" },
    push: ({ repository, registry, alice }, head) =>
      repository.commit(alice, "Three replicas, reviewed", appTree({ registry, replicas: 3 }), head),
  },
];
