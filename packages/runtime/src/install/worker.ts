/**
 * Installs one package and ends: its own process, so that npm's engine, what it holds in memory and
 * what may crash in it stay out of the server. Talks over the IPC channel and ends with it.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { mkdir, rm } from 'node:fs/promises';

import { toFailure } from './failures.ts';
import { findInstalled, placeInstalled } from './folders.ts';
import { installTree } from './install-tree.ts';
import type { WorkerMessage, WorkerRequest } from './messages.ts';
import { registryOptions } from './registry-options.ts';
import { resolvePackage } from './resolve-package.ts';

process.once('disconnect', () => process.exit(1));
process.once('message', (request: WorkerRequest) => {
  run(request).then(
    (message) => finish(message),
    (error: unknown) => finish({ type: 'failed', failure: toFailure(error) }),
  );
});

async function run(request: WorkerRequest): Promise<WorkerMessage> {
  const { name, wanted, serversDir, cacheDir, command } = request;
  const options = await registryOptions(cacheDir);
  const resolved = await resolvePackage(name, wanted, command, options);
  const present = await findInstalled(serversDir, resolved);
  if (present) {
    tell(`${name}@${resolved.version} is installed already`);
    return { type: 'done', installed: present };
  }
  const staging = join(serversDir, '.staging', randomUUID());
  await mkdir(staging, { recursive: true, mode: 0o755 });
  try {
    const tree = await installTree(staging, resolved, options, tell);
    if (tree.scriptsSkipped.length > 0) {
      tell(`Install scripts were not run: ${tree.scriptsSkipped.join(', ')}`);
    }
    return { type: 'done', installed: await placeInstalled(staging, serversDir, resolved, tree) };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function tell(message: string): void {
  send({ type: 'progress', message });
}

function send(message: WorkerMessage, then: () => void = () => {}): void {
  process.send?.(message, then);
}

function finish(message: WorkerMessage): void {
  send(message, () => process.exit(message.type === 'done' ? 0 : 1));
}
