import { open } from "node:fs/promises";

/** Makes the names in a folder durable: after it, a new or renamed file outlives a power cut. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return; // has no such thing, and opens no folder
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
