import type { ZodError } from 'zod';

import { catalogMetaKey } from '../catalog-meta.ts';
import { type ServerJson, serverJsonSchema } from '../server-json.ts';
import { isPackageIdentifier } from './package-identifier.ts';
import { isObject, unfitData } from './plain-data.ts';
import { sourceMetaKey, sourceMetaSchema } from './source-meta.ts';
import type { Refusal, SourceEntry, SourceLimits } from './source-reader.ts';

/** An entry as a reader found it. */
export interface FoundEntry extends Partial<
  Pick<
    SourceEntry,
    'status' | 'statusMessage' | 'isLatest' | 'publishedAt' | 'updatedAt' | 'readme'
  >
> {
  /** To become `server.json`. */
  readonly server: unknown;
  /** To become JSON text. */
  readonly registryMeta?: unknown;
  readonly tools?: unknown;
  /** Whether Plugboard's own facts in `_meta` are believed; else they are taken out. */
  readonly ours?: boolean;
}

type Limits = Pick<SourceLimits, 'documentBytes' | 'readmeBytes'>;

const unsafeScheme = /^\s*(?:javascript|data|vbscript|file|blob):/i;

/** Takes an entry from a stranger, or says why it is not taken. Never throws. */
export function checkEntry(found: FoundEntry, limits: Limits): SourceEntry | Refusal {
  const name = sayableName(found.server);
  const refuse = (reason: string): Refusal => ({ ...(name !== undefined && { name }), reason });
  const unfit = [found.server, found.registryMeta, found.statusMessage, found.tools]
    .map(unfitData)
    .find((reason) => reason !== undefined);
  if (unfit !== undefined) return refuse(unfit);
  const raw = found.ours ? found.server : withoutOurFacts(found.server);
  const document = JSON.stringify(raw) ?? '';
  if (Buffer.byteLength(document) > limits.documentBytes) {
    return refuse(`it is larger than ${limits.documentBytes} bytes`);
  }
  const parsed = serverJsonSchema.safeParse(raw);
  if (!parsed.success) return refuse(whatIsWrong(parsed.error));
  const wrong = unsafeParts(parsed.data);
  if (wrong !== undefined) return refuse(wrong);
  return {
    server: parsed.data,
    document,
    status: found.status ?? 'active',
    statusMessage: found.statusMessage?.slice(0, 500),
    isLatest: found.isLatest ?? false,
    publishedAt: moment(found.publishedAt),
    updatedAt: moment(found.updatedAt),
    registryMeta: small(found.registryMeta, 16 * 1024),
    readme: fitReadme(found.readme, limits.readmeBytes),
    tools: small(found.tools, limits.documentBytes * 4),
  };
}

/** Whether an entry was taken. */
export function isTaken(checked: SourceEntry | Refusal): checked is SourceEntry {
  return 'document' in checked;
}

function sayableName(server: unknown): string | undefined {
  const name = isObject(server) ? server.name : undefined;
  if (typeof name !== 'string') return undefined;
  return /^[\x20-\x7e]{1,200}$/.test(name) ? name : undefined;
}

/** Only the bundled source and an admin's own folder may say how Plugboard starts a server. */
function withoutOurFacts(server: unknown): unknown {
  if (!isObject(server) || !isObject(server._meta)) return server;
  const { [catalogMetaKey]: _ours, [sourceMetaKey]: facts, ...others } = server._meta;
  const kept = sourceMetaSchema.safeParse(facts);
  return {
    ...server,
    _meta: {
      ...others,
      ...(facts !== undefined && kept.success && { [sourceMetaKey]: kept.data }),
    },
  };
}

function whatIsWrong(error: ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'it is not a server.json';
  const path = issue.path.map(String).join('.').slice(0, 200);
  const message = issue.message.slice(0, 300);
  return path === '' ? message : `${path}: ${message}`;
}

function unsafeParts(server: ServerJson): string | undefined {
  for (const part of server.name.split('/')) {
    if (part.startsWith('.') || part.endsWith('.') || part.includes('..')) {
      return 'name: neither part may begin or end with a dot, or have two in a row';
    }
  }
  // A version names folders and stands in commands and URLs.
  if (!/^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(server.version)) {
    return 'version: letters, digits, dots, hyphens, underscores and plus signs';
  }
  for (const { registryType, identifier, version } of server.packages ?? []) {
    if (!isPackageIdentifier(registryType, identifier)) {
      return `packages: ${JSON.stringify(identifier.slice(0, 100))} is not the name of a package of the kind ${registryType}`;
    }
    if (version !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._+!-]*$/.test(version)) {
      return 'packages: a version has letters, digits, dots, hyphens, underscores, plus and exclamation marks';
    }
  }
  const links = [
    server.websiteUrl,
    server.repository?.url,
    ...(server.icons ?? []).map(({ src }) => src),
    ...(server.remotes ?? []).map(({ url }) => url),
  ];
  return links.some((link) => link !== undefined && unsafeScheme.test(link))
    ? 'a link in it is neither http nor https'
    : undefined;
}

function moment(text: string | undefined): string | undefined {
  const time = text === undefined ? NaN : Date.parse(text);
  // What JavaScript can hold, PostgreSQL can; years of five digits are no moments of a registry.
  return time > 0 && time < 253_402_300_800_000 ? new Date(time).toISOString() : undefined;
}

function small(value: unknown, bytes: number): string | undefined {
  const text = value === undefined || value === null ? undefined : JSON.stringify(value);
  return text !== undefined && Buffer.byteLength(text) <= bytes ? text : undefined;
}

/** A README too large or not text is left out; the entry is good without. */
function fitReadme(readme: string | undefined, bytes: number): string | undefined {
  if (readme === undefined || readme.trim() === '') return undefined;
  const text = readme
    .toWellFormed()
    // oxlint-disable-next-line no-control-regex -- what the database cannot hold, and what moves cursors
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '');
  return Buffer.byteLength(text) <= bytes ? text : undefined;
}
