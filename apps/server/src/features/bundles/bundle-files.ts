import { join } from 'node:path';

/** Where an organization's bundles lie: one file each, called by its SHA-256. */
export function bundleFolder(dataDir: string, organizationId: string): string {
  return join(dataDir, 'bundles', organizationId);
}

/** The file of a bundle. The digest must have been checked to be one. */
export function bundleFile(dataDir: string, organizationId: string, sha256: string): string {
  return join(bundleFolder(dataDir, organizationId), `${sha256}.mcpb`);
}

export const sha256Pattern = /^[0-9a-f]{64}$/;
