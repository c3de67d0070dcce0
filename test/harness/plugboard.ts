import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Level } from '@plugboard/contracts';
import { apiPrefix } from '@plugboard/contracts';
import type { AddInstanceInput, ApiClient, Instance } from '@plugboard/contracts/api';

import { addInstance, connectApi } from './api-client.ts';
import { type DatabaseUnderTest, databaseUnderTest } from './database.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { processesOf } from './processes.ts';
import { RawClient } from './raw-client.ts';
import { entryPoint, nodeFlags } from './repository.ts';
import { type ProgramResult, runProgram } from './run-program.ts';
import { makeScratch } from './scratch.ts';

export interface PlugboardOptions {
  /** A folder that stays; one of its own otherwise. */
  readonly dataDir?: string;
  /** Further arguments of `up`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What it calls itself (`--base-url`), which no name need lead to. */
  readonly baseUrl?: string;
  /** The npm registry that servers are installed from; npm's own setting otherwise. */
  readonly registry?: string;
}

/** A real Plugboard in processes of its own: the same program that a person starts. */
export interface Plugboard extends AsyncDisposable {
  readonly dataDir: string;
  readonly url: string;
  readonly mcpUrl: string;
  readonly apiUrl: string;
  readonly ownerKey: string;
  /** The token of the agent that the first run made. */
  readonly demoToken: string;
  /** What it printed and logged since it was last started. */
  readonly output: string;
  /** Its process. */
  readonly pid: number;
  readonly api: ApiClient;
  readonly database: DatabaseUnderTest;
  /** Runs the command line against it. */
  cli(...args: string[]): Promise<ProgramResult>;
  /** Adds a server and resolves when it can be used. */
  add(input: AddInstanceInput): Promise<Instance>;
  /** Makes an agent with a grant on each of the toolboxes or instances named, and gives its token. */
  agent(slug: string, grants?: Readonly<Record<string, Level>>): Promise<string>;
  /** Opens a session as the agent of a token; `at` is what follows `/mcp`. */
  client(token: string, at?: string): Promise<RawClient>;
  /** Ends it as Ctrl-C does and resolves with its exit code. */
  stop(): Promise<number | null>;
  /** Ends it without a chance to tidy up. */
  kill9(): Promise<void>;
  /** Starts it again on the same data and port. */
  start(): Promise<void>;
}

/** Starts a Plugboard and resolves when it is ready. When disposed it fails if a process stays behind. */
export async function startPlugboard(options: PlugboardOptions = {}): Promise<Plugboard> {
  await using undo = new AsyncDisposableStack();
  const scratch = options.dataDir === undefined ? undo.use(await makeScratch('data')) : undefined;
  const dataDir = options.dataDir ?? path.join(scratch!.path, 'data');
  const database = undo.use(await databaseUnderTest());
  const env = plugboardEnvironment(dataDir, {
    ...(database.url !== undefined && { DATABASE_URL: database.url }),
    ...(options.registry !== undefined && { NPM_CONFIG_REGISTRY: options.registry }),
    ...options.env,
  });
  let run: Run | undefined;
  let port = 0;

  async function start(): Promise<void> {
    const { baseUrl } = options;
    // Under another name it does not say at which port it is.
    if (baseUrl !== undefined && port === 0) port = await freePort();
    const args = ['up', '--port', String(port), '--data-dir', dataDir, '--json'];
    const named = baseUrl === undefined ? [] : ['--base-url', baseUrl];
    run = new Run([...args, ...named, ...(options.args ?? [])], env);
    const ready = await run.ready(dataDir, named.length > 0 ? port : undefined);
    if (named.length === 0) port = Number(new URL(ready.url).port);
  }
  undo.defer(async () => {
    await run?.end('SIGINT');
    await expectNothingLeft(dataDir);
  });
  await start();
  const readKey = async (file: string) => (await readFile(path.join(dataDir, file), 'utf8')).trim();
  const ownerKey = await readKey('owner.key');
  const demoToken = await readKey('demo-agent.token');
  const url = `http://127.0.0.1:${port}`;
  const api = connectApi(url, ownerKey);
  const owned = undo.move();

  /** The gateway hears of a new instance a moment after it was added. */
  async function whenServed({ mcpUrl }: Instance): Promise<void> {
    const client = await eventually('it was served', () => RawClient.open(mcpUrl, demoToken));
    await client.end();
  }

  const plugboard: Plugboard = {
    dataDir,
    url,
    mcpUrl: `${url}/mcp`,
    apiUrl: url + apiPrefix,
    ownerKey,
    demoToken,
    get output() {
      return run?.output ?? '';
    },
    get pid() {
      return run?.pid ?? 0;
    },
    api,
    database,
    cli: (...args) => runCli(args, env),
    async add(input) {
      const instance = await addInstance(api, input);
      if (instance.toolbox.slug === 'starter') await whenServed(instance);
      return instance;
    },
    async agent(slug, grants = {}) {
      await api.agents.create({ slug });
      const { toolboxes } = await api.toolboxes.list();
      for (const [name, level] of Object.entries(grants)) {
        const target = toolboxes.some((toolbox) => toolbox.slug === name)
          ? ({ scope: 'toolbox', toolbox: name } as const)
          : ({ scope: 'instance', instance: name } as const);
        await api.grants.create({ agent: slug, target, level });
      }
      return (await api.agents.tokens.create({ agent: slug })).token;
    },
    client: (token, at = '') => RawClient.open(`${url}/mcp${at}`, token),
    stop: async () => run!.end('SIGINT'),
    async kill9() {
      await run!.end('SIGKILL');
    },
    start,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
  return plugboard;
}

/** Runs the command line as a person would, to its end. */
export function runCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv = plugboardEnvironment(undefined),
): Promise<ProgramResult> {
  return runProgram(process.execPath, [...nodeFlags, entryPoint, ...args], { env });
}

/** An environment with nothing in it that Plugboard was not told on purpose. */
export function plugboardEnvironment(
  dataDir: string | undefined,
  more: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:PLUGBOARD_|DATABASE_URL$|VITEST|NODE_ENV$|NODE_OPTIONS$)/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    NODE_COMPILE_CACHE: path.join(tmpdir(), 'plugboard-compile-cache'),
    // The official registry is asked by no test.
    PLUGBOARD_CATALOG_SYNC: 'manual',
    // Tests of the console build it once, and no other needs it.
    PLUGBOARD_CONSOLE_BUILD: 'off',
    ...(dataDir !== undefined && { PLUGBOARD_DATA_DIR: dataDir }),
    ...more,
  };
}

/** What the data directory says of the server that runs on it. */
interface Ready {
  readonly pid: number;
  readonly url: string;
}

/** One run of `up`. */
class Run {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, [...nodeFlags, entryPoint, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own process group, as a shell gives it: a signal is for it alone.
      detached: true,
    });
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    this.#ended = new Promise((resolve) => this.#child.once('exit', (code) => resolve(code)));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get output(): string {
    return this.#stdout + this.#stderr;
  }

  /** Resolves when it says in its data directory where it is, and rejects when it ends instead. */
  async ready(dataDir: string, port?: number): Promise<Ready> {
    const found = await eventually(
      'Plugboard was ready',
      async () => {
        const { exitCode, signalCode } = this.#child;
        if (exitCode !== null || signalCode !== null) return 'ended';
        const run: Ready = JSON.parse(await readFile(path.join(dataDir, 'run.json'), 'utf8'));
        const url = port === undefined ? run.url : `http://127.0.0.1:${port}`;
        return run.pid === this.pid && (await fetch(`${url}/readyz`)).ok && run;
      },
      180_000,
    );
    if (found !== 'ended') return found;
    throw new Error(`up ended with code ${await this.#ended}:\n${this.output}`);
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    return this.#ended;
  }
}

/** No process may outlive its Plugboard; the last ones are given a moment to go. */
export async function expectNothingLeft(dataDir: string): Promise<void> {
  let left = processesOf(dataDir);
  try {
    await eventually('all processes were gone', () => {
      left = processesOf(dataDir);
      return left.length === 0;
    });
  } catch (cause) {
    const list = left.map(({ pid, command }) => `  ${pid} ${command.slice(0, 200)}`).join('\n');
    throw new Error(`left behind:\n${list}`, { cause });
  }
}
