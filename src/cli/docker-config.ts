import { homedir } from "node:os";
import { join } from "node:path";

/** Where docker keeps its logins, by the rules of its own command line. */
export function defaultDockerConfig(): string {
  return join(process.env.DOCKER_CONFIG ?? join(homedir(), ".docker"), "config.json");
}
