/**
 * What the server is to run. SSH hands one string to the login's shell, so that the path is quoted as git quotes it,
 * which every git server undoes: in single quotes nothing has a meaning, and what would end them, or what an
 * interactive csh expands even there, stands outside of them behind a backslash.
 */
export function toUploadPackCommand(path: string): string {
  return `git-upload-pack '${path.replace(/['!]/g, "'\\$&'")}'`;
}
