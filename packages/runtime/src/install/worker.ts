/**
 * Installs one package and ends: its own process, so that npm's engine, what it holds in memory and
 * what may crash in it stay out of the server. Talks over the IPC channel and ends with it.
 */
import semver from 'semver';

import { InstallError, toFailure } from './failures.ts';
import { findInstalled, installedVersions } from './folders.ts';
import { installTree, planTree } from './install-tree.ts';
import type { WorkerMessage, WorkerRequest } from './messages.ts';
import { registryOptions } from './registry-options.ts';
import type { RegistryOptions } from './registry-options.ts';
import { resolvePackage } from './resolve-package.ts';

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
    if (failure.kind !== 'unreachable') throw error;
    // An exact version may lie complete in the cache, and then nobody needs to be asked.
    if (semver.valid(request.wanted) !== null) {
      const cached = await runWith(request, { ...options, offline: true }).catch(() => undefined);
      if (cached !== undefined) return cached;
    }
    const installed = await installedVersions(request.serversDir, request.name);
    throw new InstallError({ ...failure, installed });
  }
}

async function runWith(request: WorkerRequest, options: RegistryOptions): Promise<WorkerMessage> {
  const { name, wanted, serversDir, staging, command, planOnly, withScripts } = request;
  tell(`Looking up ${name}`);
  const resolved = await resolvePackage(name, wanted, command, options);
  const { version } = resolved;
  if (planOnly) {
    const { integrity, nodeEngine, deprecated } = resolved;
    const { packages, scripts } = await planTree(staging, resolved, options);
    const plan = { name, version, integrity, packages, scripts, nodeEngine, deprecated };
    return { type: 'planned', plan };
  }
  const present = await findInstalled(serversDir, resolved, withScripts);
  if (present) {
    tell(`${name}@${version} is installed already`);
    return { type: 'present', installed: present };
  }
  const { packages, scripts } = await installTree(staging, resolved, options, tell);
  return { type: 'staged', staged: { resolved, packages, scripts } };
}

function tell(message: string): void {
  send({ type: 'progress', message });
}

function send(message: WorkerMessage, then: () => void = () => {}): void {
  process.send?.(message, then);
}

function finish(message: WorkerMessage): void {
  send(message, () => process.exit(0));
}
