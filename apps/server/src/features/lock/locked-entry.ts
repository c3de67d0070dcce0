import {
  type CatalogMeta,
  catalogMetaKey,
  readCatalogMeta,
  type ServerJson,
  serverJsonSchema,
  storedTarget,
} from '@plugboard/catalog';
import { AppError } from '@plugboard/contracts';
import type { LockInstance } from '@plugboard/contracts/api';

import type { RequestedServer } from '../instances/prepare/requested-server.ts';
import { checkRemoteUrl } from '../instances/prepare/resolve-server.ts';

/**
 * An entry as a lock keeps it: all that a launch is made of. What only describes the server (its
 * tools, keywords, figures, others' remarks) changes without it and is left out.
 */
export function lockedEntry(entry: ServerJson): ServerJson {
  const { _meta, ...rest } = entry;
  const own = readCatalogMeta(entry);
  if (!own) return rest;
  const { downloadsPerMonth: _downloads, measured: _measured, ...kept } = own;
  const facts: CatalogMeta = {
    ...kept,
    keywords: [],
    tools: [],
    toolsFrom: 'unknown',
    remarks: [],
  };
  return { ...rest, _meta: { [catalogMetaKey]: facts } };
}

/**
 * The server of a locked instance, at exactly its version. Its entry is believed as a person's own
 * word: who applies a lock may run anything. Throws `AppError('invalid_input')` for an entry that is
 * none, or that has no such package.
 */
export function requestedFromLock(instance: LockInstance): RequestedServer {
  const { server, source, slug, settings } = instance;
  const entry = instance.entry && readEntry(slug, instance.entry);
  const target = entry && storedTarget(entry, source);
  if (entry && !target) {
    throw new AppError('invalid_input', `${slug}: its entry has no such package or remote.`);
  }
  switch (source.type) {
    case 'npm':
      return {
        kind: 'package',
        name: server,
        packageSpec: `${source.name}@${source.version}`,
        integrity: source.integrity,
        entry,
        target,
      };
    case 'mcpb': {
      const { sha256 } = source;
      const identifier = target && entry?.packages?.[target.index]?.identifier;
      return identifier?.startsWith('https://') === true
        ? { kind: 'bundle', name: server, sha256, entry, target }
        : { kind: 'bundle', name: undefined, sha256, entry: undefined, target: undefined };
    }
    case 'remote': {
      const url = checkRemoteUrl(source.url, settings.allowPrivateNetwork === true).href;
      return { kind: 'remote', name: server, url, entry, target: target ?? outright };
    }
  }
}

const outright = { kind: 'remote', index: 0 } as const;

function readEntry(slug: string, given: Readonly<Record<string, unknown>>): ServerJson {
  const parsed = serverJsonSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = ['entry', ...(issue?.path ?? [])].join('.');
  throw new AppError(
    'invalid_input',
    `${slug}: ${where}: ${issue?.message ?? 'is no server.json'}`,
  );
}
