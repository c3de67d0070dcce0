import { spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '@plugboard/contracts';

export interface CheckoutOptions {
  /** An https URL (http only where private networks are allowed), checked by the caller. */
  readonly url: string;
  /** Ours alone; emptied first. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /**
   * `host:port:address`, so that git connects to the address that was checked and to no other. Git
   * older than 2.37 ignores it.
   */
  readonly resolved: string;
  /** The value of an Authorization header; goes to git by its environment, never on its command line. */
  readonly authorization?: string | undefined;
  readonly timeoutMs?: number;
}

export interface Checkout {
  readonly folder: string;
  readonly commit: string;
}

/**
 * Gets the newest commit of a repository's default branch. Nothing of the repository is run: no hooks,
 * filters, submodules or credential helpers, and neither the machine's nor the user's git settings.
 *
 * Rejects with `AppError`: `install_failed` without git; `upstream_failed`; `cancelled`.
 */
export async function checkOut(options: CheckoutOptions): Promise<Checkout> {
  const { folder, url } = options;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const tree = join(folder, 'tree');
  const settings = [
    'core.hooksPath=/dev/null',
    'core.symlinks=false',
    'core.fsmonitor=false',
    'protocol.allow=never',
    'protocol.https.allow=always',
    ...(url.startsWith('http:') ? ['protocol.http.allow=always'] : []),
    'protocol.file.allow=never',
    'protocol.ext.allow=never',
    'http.followRedirects=false',
    'credential.helper=',
    `http.curloptResolve=${options.resolved}`,
  ].flatMap((setting) => ['-c', setting]);
  const clone = ['clone', '--quiet', '--depth', '1', '--no-recurse-submodules', '--template='];
  await git([...settings, ...clone, '--', url, tree], options);
  const commit = await git(['-C', tree, 'rev-parse', 'HEAD'], options);
  if (!/^[0-9a-f]{40,64}$/.test(commit)) {
    throw new AppError('upstream_failed', `The repository at ${url} has no commit.`);
  }
  return { folder: tree, commit };
}

async function git(args: readonly string[], options: CheckoutOptions): Promise<string> {
  const { folder, signal, authorization, url, timeoutMs = 300_000 } = options;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn('git', args, {
    signal: limited,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: folder,
      LC_ALL: 'C',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
      GIT_ASKPASS: '/bin/false',
      GIT_LFS_SKIP_SMUDGE: '1',
      ...(authorization !== undefined && {
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'http.extraHeader',
        GIT_CONFIG_VALUE_0: `Authorization: ${authorization}`,
      }),
    },
  });
  let output = '';
  let words = '';
  child.stdout.on('data', (chunk: Buffer) => {
    if (output.length < 10_000) output += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    if (words.length < 10_000) words += chunk.toString('utf8');
  });
  child.once('error', reject);
  child.once('close', (code) => {
    if (code === 0) resolve(output.trim());
    else reject(new Error(`git ended with ${code}: ${words.slice(0, 2000)}`));
  });
  try {
    return await promise;
  } catch (error) {
    if (signal.aborted) {
      throw new AppError('cancelled', 'The sync was cancelled.', { cause: error });
    }
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new AppError(
        'install_failed',
        'Git is not installed on this machine, so a repository cannot be read. Install git, or put a checkout into the catalog folder.',
        { cause: error },
      );
    }
    throw new AppError(
      'upstream_failed',
      limited.aborted
        ? `The repository at ${url} could not be read within ${timeoutMs} ms.`
        : `The repository at ${url} could not be read. Check its URL, and give the source a token when it is private.`,
      { cause: error },
    );
  }
}
