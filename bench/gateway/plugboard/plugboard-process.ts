import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { Api } from './api.ts';

/** A Plugboard as a person starts it, in processes of its own. */
export interface RunningPlugboard extends AsyncDisposable {
  readonly pid: number;
  readonly url: string;
  readonly api: Api;
}

const command = join(import.meta.dirname, '..', '..', '..', 'plugboard');

/** Runs `./plugboard up` on a new data directory; `registry` is where its packages come from. */
export async function startPlugboard(dataDir: string, registry: string): Promise<RunningPlugboard> {
  const child = spawn(command, ['up', '--port', '0', '--data-dir', dataDir, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PLUGBOARD_NODE: process.execPath,
      npm_config_registry: registry,
      NPM_CONFIG_REGISTRY: registry,
    },
    // A signal from the terminal is for the benchmark, which then ends this one in order.
    detached: true,
  });
  const exited = once(child, 'exit');
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = exited.then(() => {
    throw new Error(`plugboard up ended:\n${said}`);
  });
  ended.catch(() => undefined);
  const url = await Promise.race([whenReady(child.stdout), ended]);
  const ownerKey = (await readFile(join(dataDir, 'owner.key'), 'utf8')).trim();
  return {
    pid: child.pid ?? 0,
    url,
    api: new Api(url, ownerKey),
    async [Symbol.asyncDispose]() {
      child.kill('SIGINT');
      await exited;
    },
  };
}

interface Progress {
  readonly type: string;
  readonly url?: string;
}

async function whenReady(output: NodeJS.ReadableStream): Promise<string> {
  const lines = createInterface({ input: output });
  const { promise, resolve } = Promise.withResolvers<string>();
  lines.on('line', (line) => {
    const { type, url }: Progress = JSON.parse(line);
    if (type === 'ready' && url !== undefined) resolve(url);
  });
  return promise;
}
