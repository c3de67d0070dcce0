import { AppError } from '@plugboard/contracts';

import type { InstallFailure } from './messages.ts';

/** An install that failed for a known reason, inside the worker. */
export class InstallError extends Error {
  readonly failure: InstallFailure;

  constructor(failure: InstallFailure) {
    super(failure.kind);
    this.name = 'InstallError';
    this.failure = failure;
  }
}

const unreachableCodes = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ERR_SOCKET_TIMEOUT',
  'FETCH_ERROR',
  'E500',
  'E502',
  'E503',
  'E504',
]);

/** What npm's engine threw, in terms of what can be done about it. */
export function toFailure(error: unknown, name: string): InstallFailure {
  if (error instanceof InstallError) return error.failure;
  const code = propertyOf(error, 'code');
  if (code === 'E404')
    return { kind: isAbout(error, name) ? 'unknown_package' : 'missing_dependency' };
  if (code === 'EBADPLATFORM') return { kind: 'platform' };
  if (typeof code === 'string' && code.startsWith('EALLOW')) return { kind: 'foreign_source' };
  if (code === 'ETARGET') return unknownVersion(error);
  if (code === 'EINTEGRITY') return { kind: 'integrity', version: '' };
  if (code === 'ENOSPC' || code === 'EDQUOT') return { kind: 'disk_full' };
  if (code === 'E401' || code === 'E403') return { kind: 'unauthorized' };
  if (typeof code === 'string' && unreachableCodes.has(code)) {
    return { kind: 'unreachable', code, installed: [] };
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: 'other', code: typeof code === 'string' ? code : 'unknown', detail };
}

/** Whether a "not found" of npm's engine means this package, and not one that it depends on. */
function isAbout(error: unknown, name: string): boolean {
  const pkgid = propertyOf(error, 'pkgid');
  return typeof pkgid !== 'string' || pkgid === name || pkgid.startsWith(`${name}@`);
}

function unknownVersion(error: unknown): InstallFailure {
  const tags = propertyOf(error, 'distTags');
  const latest = propertyOf(tags, 'latest');
  const versions = propertyOf(error, 'versions');
  return {
    kind: 'unknown_version',
    latest: typeof latest === 'string' ? latest : '',
    versions: Array.isArray(versions) ? versions.slice(-5).map(String) : [],
  };
}

function propertyOf(value: unknown, key: string): unknown {
  if (value === null || typeof value !== 'object') return undefined;
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

/** A failed install as people read it: what was wrong, and what would be right. */
export function describeFailure(spec: string, name: string, failure: InstallFailure): AppError {
  const fail = (message: string): AppError => new AppError('install_failed', message);
  switch (failure.kind) {
    case 'unknown_package':
      return fail(
        `There is no package "${name}" in the registry. Check the spelling; a private package needs its registry in .npmrc.`,
      );
    case 'missing_dependency':
      return fail(
        `${spec} depends on a package that is not in the registry. Choose another version.`,
      );
    case 'foreign_source':
      return fail(
        `${spec} depends on a package from outside the registry (git or a URL), whose content nothing vouches for. Choose another version.`,
      );
    case 'platform':
      return fail(
        `${spec} does not run on ${process.platform} ${process.arch}, by its own account.`,
      );
    case 'unknown_version':
      return fail(
        `${name} has no version that "${spec}" could mean. Latest is ${failure.latest || 'unknown'}; among the newest: ${failure.versions.join(', ')}.`,
      );
    case 'no_binary':
      return fail(
        `${name} brings no command that could be started, so it is a library and not a server.`,
      );
    case 'several_binaries':
      return fail(
        `${name} brings several commands; choose one with --command: ${failure.commands.join(', ')}.`,
      );
    case 'unknown_binary':
      return fail(`${name} has no such command; it has: ${failure.commands.join(', ')}.`);
    case 'engine':
      return fail(
        `${name}@${failure.version} needs Node ${failure.wanted}, and servers run on ${failure.node} here. Choose a version of it that runs on this one.`,
      );
    case 'integrity':
      return fail(
        `What arrived for ${spec} is not what the registry vouches for (integrity differs). Nothing was installed; try again, and mistrust the network or a mirror if it happens twice.`,
      );
    case 'unexpected':
      return fail(
        `What the registry has as ${name}@${failure.version} is not what was expected: its ${failure.what === 'sha256' ? 'SHA-256' : 'integrity'} differs. Nothing was installed. Ask who named the one expected (the catalog entry or a lock), and trust neither until they agree.`,
      );
    case 'other_registry':
      return fail(
        `Its catalog entry says that ${name} comes from the registry ${failure.named}, which this Plugboard does not use. Nothing was fetched. An admin allows it in .npmrc: a registry for its scope, or for all.`,
      );
    case 'too_large':
      return fail(`${spec} is too large to install: ${failure.what}. Choose another version.`);
    case 'no_integrity':
      return fail(
        `The registry gives no integrity for ${name}@${failure.version}, so what arrives could not be checked. Nothing was installed.`,
      );
    case 'changed':
      return fail(
        `${name}@${failure.version} was installed here before with another content; a published version must not change. Nothing was installed. If you trust the new one, remove the servers that use it and add them again.`,
      );
    case 'unreachable':
      return fail(
        `The package registry cannot be reached (${failure.code}). Check the network, or the registry and proxy in .npmrc, and try again. ${
          failure.installed.length === 0
            ? `No version of ${name} is installed here.`
            : `Installed here: ${failure.installed.join(', ')}.`
        }`,
      );
    case 'unauthorized':
      return fail(`The registry refuses access to ${name}. Put a token for it into .npmrc.`);
    case 'disk_full':
      return new AppError(
        'storage_full',
        'The disk of the data directory is full; nothing was installed. Make room and try again.',
      );
    case 'other':
      return new AppError(
        'install_failed',
        `${spec} could not be installed (${failure.code}); the log of Plugboard has the details.`,
        {
          cause: new Error(failure.detail),
        },
      );
  }
}
