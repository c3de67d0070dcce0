import { createPrivateKey } from 'node:crypto';

import { z } from 'zod';

import type { FieldProblem } from './field-problem.ts';

const keyFileSchema = z.object({
  type: z.literal('service_account'),
  client_email: z.string().regex(/^[^@\s]+@[^@\s]+$/),
  private_key: z.string(),
  private_key_id: z.string().optional(),
  project_id: z.string().optional(),
});

export type KeyFile = z.output<typeof keyFileSchema>;

export interface ReadKeyFile {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly problems: readonly FieldProblem[];
}

/** Reads the key file of a service account, as Google Cloud gives it out, or another JSON document. */
export function readKeyFile(json: string): ReadKeyFile {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch {
    return refused('is no JSON. Give the key file as it was downloaded, whole.');
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return refused('is no JSON object. Give the key file as it was downloaded.');
  }
  // Of other clouds nothing more is known than that it is JSON.
  if (!('type' in document) && !('private_key' in document)) return { facts: {}, problems: [] };
  const read = keyFileSchema.safeParse(document);
  if (!read.success) {
    const names = [...new Set(read.error.issues.map(({ path }) => path.join('.')))];
    return refused(
      `is no key file of a service account: ${names.join(', ')} missing or of another form. A file of "gcloud auth" for a person is no such file.`,
    );
  }
  const {
    client_email: email,
    project_id: project,
    private_key_id: keyId,
    private_key,
  } = read.data;
  try {
    createPrivateKey(private_key);
  } catch {
    return refused('has a private key that cannot be read. Download the file again.');
  }
  return {
    facts: {
      email,
      ...(project !== undefined && { project }),
      ...(keyId !== undefined && { keyId }),
    },
    problems: [],
  };
}

/** What a test needs of one that was accepted; undefined for those of other clouds. */
export function parseKeyFile(json: string): KeyFile | undefined {
  return keyFileSchema.safeParse(JSON.parse(json)).data;
}

function refused(message: string): ReadKeyFile {
  return { facts: {}, problems: [{ field: 'json', message }] };
}
