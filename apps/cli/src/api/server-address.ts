import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

import { CliError } from '../cli-error.ts';
import type { Terminal } from '../terminal.ts';

/** How the global options name the server to talk to. */
export interface AddressOptions {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
  readonly dataDir?: string | undefined;
}

export interface ServerAddress {
  /** Without a slash at its end. */
  readonly url: string;
  readonly key: string | undefined;
  /** Whose server it is; undefined when the URL alone was named. */
  readonly dataDir: string | undefined;
}

/** What the server writes to its data directory when it is ready. */
interface RunFile {
  readonly url: string;
}

/**
 * Finds the running server and the key for it. The owner's key of a data directory goes to the server
 * of that directory alone, or to one that was named together with the directory.
 */
export async function findServer(
  options: AddressOptions,
  terminal: Terminal,
): Promise<ServerAddress> {
  const givenUrl = options.url ?? nonEmpty(terminal.env.PLUGBOARD_URL);
  const givenDir = options.dataDir ?? nonEmpty(terminal.env.PLUGBOARD_DATA_DIR);
  const dataDir = dataDirOf(options, terminal);
  const url = givenUrl === undefined ? (await readRunFile(dataDir)).url : checkUrl(givenUrl);
  const givenKey = options.key ?? nonEmpty(terminal.env.PLUGBOARD_KEY);
  if (givenUrl !== undefined && givenDir === undefined)
    return { url, key: givenKey, dataDir: undefined };
  return { url, key: givenKey ?? (await readOwnerKey(dataDir)), dataDir };
}

/** The data directory that is meant; absolute. */
export function dataDirOf({ dataDir }: AddressOptions, terminal: Terminal): string {
  const given = dataDir ?? nonEmpty(terminal.env.PLUGBOARD_DATA_DIR);
  return path.resolve(terminal.cwd, given ?? path.join(homeOf(terminal), '.plugboard'));
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

export function homeOf({ env }: Terminal): string {
  return nonEmpty(env.HOME) ?? homedir();
}

function checkUrl(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.href.replace(/\/+$/, '');
  throw new CliError(
    'usage',
    `"${text}" is not the URL of a server; one is http://127.0.0.1:4477.`,
  );
}

async function readRunFile(dataDir: string): Promise<RunFile> {
  const file = path.join(dataDir, 'run.json');
  const text = await readIfThere(file);
  if (text === undefined) {
    throw new CliError('unreachable', `No Plugboard is running on ${dataDir}.`, {
      cure: 'start it with: ./plugboard up   (or name another with --url or --data-dir)',
    });
  }
  const content: unknown = JSON.parse(text);
  const url = typeof content === 'object' && content !== null && 'url' in content && content.url;
  if (typeof url !== 'string') throw new CliError('failed', `${file} has no "url".`);
  return { url: checkUrl(url) };
}

async function readOwnerKey(dataDir: string): Promise<string | undefined> {
  return (await readIfThere(path.join(dataDir, 'owner.key')))?.trim();
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new CliError('refused', `${file} cannot be read.`, {
      cause: error,
      cure: 'run as the user who started Plugboard, or give --url and --key',
    });
  }
}
