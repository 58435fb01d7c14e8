import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { GitError } from "../error.ts";
import type { HttpTls } from "./auth.ts";

export interface TlsOptions {
  /** Not left to the environment. */
  readonly rejectUnauthorized: true;
  readonly ca?: string[];
  readonly cert?: string;
  readonly key?: string;
}

/** More than a system trusts. */
const MAX_CERTIFICATES = 200;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** What TLS is told. What it would silently leave out is BAD_CREDENTIALS. */
export function parseTls({ authorities, client }: HttpTls): TlsOptions {
  const options: TlsOptions = {
    rejectUnauthorized: true,
    ...(authorities !== undefined && { ca: parseCertificates(authorities, "ca.crt") }),
    ...(client !== undefined && { cert: client.certificate, key: client.key }),
  };
  if (client !== undefined) {
    parseCertificates(client.certificate, "tls.crt");
    requirePair(options);
  }
  return options;
}

function parseCertificates(pem: string, name: string): string[] {
  const certificates = pem.match(CERTIFICATE) ?? [];
  if (certificates.length === 0 || certificates.length > MAX_CERTIFICATES) {
    throw unusable(`${name} has no certificate in it, or more than ${MAX_CERTIFICATES}`);
  }
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate);
    } catch {
      throw unusable(`${name} has a certificate in it that cannot be read`);
    }
  }
  return certificates;
}

function requirePair({ cert, key }: TlsOptions): void {
  try {
    createSecureContext({ cert, key });
  } catch {
    throw unusable("tls.key is not the private key of tls.crt, or is encrypted");
  }
}

function unusable(found: string): GitError {
  return new GitError("BAD_CREDENTIALS", found, {
    remedy: "store them in PEM, as `kubectl create secret tls` does",
  });
}
