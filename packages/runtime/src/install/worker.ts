/**
 * Installs one package and ends: its own process, so that npm's engine, what it holds in memory and
 * what may crash in it stay out of the server. Talks over the IPC channel and ends with it.
 */
import { posix } from 'node:path';

import semver from 'semver';

import { InstallError, toFailure } from './failures.ts';
import { findInstalled, installedVersions } from './folders.ts';
import { refuseUnexpected } from './expected.ts';
import { installTree, planTree } from './install-tree.ts';
import { freshCache } from './messages.ts';
import type {
  InstalledPackage,
  InstallFailure,
  InstallPlan,
  InstallProgress,
  WorkerMessage,
  WorkerRequest,
} from './messages.ts';
import { registryOptions } from './registry-options.ts';
import type { RegistryOptions } from './registry-options.ts';
import { resolvePackage } from './resolve-package.ts';
import type { ResolvedPackage } from './resolve-package.ts';

type UnreachableFailure = Extract<InstallFailure, { kind: 'unreachable' }>;

// Servers run as other users and must be able to read what is installed.
process.umask(0o022);
process.once('disconnect', () => process.exit(1));
process.once('message', (request: WorkerRequest) => {
  run(request).then(
    (message) => finish(message),
    (error: unknown) => finish({ type: 'failed', failure: toFailure(error, request.name) }),
  );
});

async function run(request: WorkerRequest): Promise<WorkerMessage> {
  const options = await registryOptions(request.cacheDir);
  try {
    return await runWith(request, options);
  } catch (error) {
    const failure = toFailure(error, request.name);
    if (failure.kind === 'unknown_version') return await runUncached(request, options);
    if (failure.kind === 'unreachable') return await runOffline(request, options, failure);
    throw error;
  }
}

/** npm's engine answers from its cache for minutes, and for ever when the registry is out of reach. */
async function runUncached(
  request: WorkerRequest,
  options: RegistryOptions,
): Promise<WorkerMessage> {
  const { name, wanted, command, staging } = request;
  try {
    await resolvePackage(name, wanted, command, { ...options, cache: freshCache(staging) });
    return await runWith(request, { ...options, preferOnline: true });
  } catch (error) {
    const failure = toFailure(error, name);
    throw failure.kind === 'unreachable' ? await unreachable(request, failure) : error;
  }
}

/** An exact version may lie complete in the cache, and then nobody needs to be asked. */
async function runOffline(
  request: WorkerRequest,
  options: RegistryOptions,
  failure: UnreachableFailure,
): Promise<WorkerMessage> {
  const cached =
    semver.valid(request.wanted) === null
      ? undefined
      : await runWith(request, { ...options, offline: true }).catch(() => undefined);
  if (cached !== undefined) return cached;
  throw await unreachable(request, failure);
}

async function unreachable(
  { serversDir, name }: WorkerRequest,
  failure: UnreachableFailure,
): Promise<InstallError> {
  return new InstallError({ ...failure, installed: await installedVersions(serversDir, name) });
}

async function runWith(request: WorkerRequest, options: RegistryOptions): Promise<WorkerMessage> {
  const { name, wanted, serversDir, staging, command, planOnly, withScripts } = request;
  tell({ step: 'resolve', message: `Looking up ${name}` });
  const resolved = await resolvePackage(name, wanted, command, options);
  const { version, suitsNode, nodeEngine } = resolved;
  if (!suitsNode && !planOnly) {
    const wantedNode = nodeEngine ?? '';
    throw new InstallError({ kind: 'engine', version, wanted: wantedNode, node: process.version });
  }
  if (planOnly) return { type: 'planned', plan: await plan(request, resolved, options) };
  await refuseUnexpected(resolved, request.expected, options);
  const present = await findInstalled(serversDir, resolved, withScripts);
  if (present) {
    tell({ step: 'resolve', message: `${name}@${version} is installed already` });
    return { type: 'present', installed: present };
  }
  const { packages, scripts } = await installTree(staging, resolved, options, tell);
  return { type: 'staged', staged: { resolved, packages, scripts } };
}

/** A plan tells of a difference beside all else; who installs is refused for it. */
async function plan(
  { serversDir, staging, withScripts, expected }: WorkerRequest,
  resolved: ResolvedPackage,
  options: RegistryOptions,
): Promise<InstallPlan> {
  const { name, version, integrity, binary, nodeEngine, suitsNode, deprecated } = resolved;
  let differs: InstallPlan['differs'];
  let present: InstalledPackage | undefined;
  try {
    await refuseUnexpected(resolved, expected, options);
    present = await findInstalled(serversDir, resolved, withScripts);
  } catch (error) {
    differs = differenceIn(error);
    if (!differs) throw error;
  }
  const { packages, scripts } = await planTree(staging, resolved, options);
  const entry = posix.join('node_modules', name, binary);
  const about = { name, version, integrity, entry, nodeEngine, suitsNode, deprecated };
  return { ...about, packages, scripts, present: present !== undefined, differs };
}

function differenceIn(error: unknown): InstallPlan['differs'] {
  if (!(error instanceof InstallError)) return undefined;
  const { failure } = error;
  if (failure.kind === 'changed') return 'installed';
  return failure.kind === 'unexpected' ? failure.what : undefined;
}

function tell(progress: InstallProgress): void {
  send({ type: 'progress', progress });
}

function send(message: WorkerMessage, then: () => void = () => {}): void {
  process.send?.(message, then);
}

function finish(message: WorkerMessage): void {
  send(message, () => process.exit(0));
}
