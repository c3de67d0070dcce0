import { chmod, copyFile, mkdir, mkdtemp, realpath, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Secret } from '@plugboard/vault';

import { inlineSecrets } from '../../instance.ts';
import type { InjectedSecret, InstanceSpec, ProcessLaunch } from '../../instance.ts';
import type { Destination } from '../../sandbox/network/egress-proxy.ts';
import { probeSandbox } from '../../sandbox/probe.ts';
import type { SandboxReport } from '../../sandbox/probe.ts';
import type { RunningServer } from '../driver.ts';
import { createProcessDriver } from '../process.ts';

/** A started hostile server and what it can be made to do. */
export interface HostileServer {
  readonly server: RunningServer;
  /** Evaluates code in the server: `{ value }`, or `{ error }` with the error's code. */
  readonly run: (code: string) => Promise<{ value?: unknown; error?: string }>;
  readonly stderr: string[];
}

export interface DriverFixture extends AsyncDisposable {
  /** Holds everything, and nobody but its owner may look into it. */
  readonly root: string;
  readonly dataDir: string;
  readonly installDir: string;
  readonly sandbox: SandboxReport;
  readonly refused: { instance: string; destination: Destination }[];
  start(
    launch?: Partial<ProcessLaunch>,
    options?: {
      id?: string;
      secrets?: Record<string, string>;
      injected?: readonly InjectedSecret[];
      signal?: AbortSignal;
    },
  ): Promise<HostileServer>;
}

const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/**
 * A driver on a data directory of its own, below a folder that only its owner may enter unless it is
 * `open`.
 */
export async function buildDriver(
  options: { plain?: boolean; open?: boolean } = {},
): Promise<DriverFixture> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'plugboard-driver-')));
  if (options.plain || options.open) await chmod(root, 0o711);
  const dataDir = join(root, 'data');
  const installDir = join(dataDir, 'servers', 'hostile');
  await mkdir(installDir, { recursive: true });
  await copyFile(
    new URL('hostile-server.mjs', import.meta.url),
    join(installDir, 'hostile-server.mjs'),
  );
  const probed = await probeSandbox(dataDir);
  const sandbox: SandboxReport = options.plain ? { ...probed, tier: 'process' } : probed;
  const refused: DriverFixture['refused'] = [];
  const running: RunningServer[] = [];
  const driver = await createProcessDriver({
    dataDir,
    sandbox,
    log: silent,
    allowUnsandboxed: options.plain === true,
    onRefused: ({ id }, destination) => refused.push({ instance: id, destination }),
  });

  return {
    root,
    dataDir,
    installDir,
    sandbox,
    refused,
    async start(launch = {}, { id = 'hostile', secrets = {}, injected = [], signal } = {}) {
      const spec: InstanceSpec & { launch: ProcessLaunch } = {
        id,
        organizationId: 'organization',
        slug: id,
        idleMs: 0,
        startTimeoutMs: 20_000,
        launch: {
          driver: 'process',
          installDir,
          entry: 'hostile-server.mjs',
          args: [],
          env: {},
          network: { mode: 'off' },
          limits: { memoryMb: 256, cpus: 1, pids: 64 },
          mounts: [],
          ...launch,
        },
      };
      const stderr: string[] = [];
      const inline = inlineSecrets(
        spec.launch,
        Object.fromEntries(Object.entries(secrets).map(([name, text]) => [name, new Secret(text)])),
      );
      const server = await driver.start(
        spec,
        { secrets: [...inline, ...injected] },
        {
          onStderr: (line) => stderr.push(line.toString()),
          signal: signal ?? new AbortController().signal,
        },
      );
      running.push(server);
      const upstream = await server.connect({
        clientInfo: { name: 'test', version: '1' },
        initializeTimeoutMs: 20_000,
      });
      return {
        server,
        stderr,
        async run(code) {
          const params = Buffer.from(JSON.stringify({ code }));
          const answer = await upstream.request({ method: 'run', params });
          const { result } = JSON.parse(answer.bytes.toString());
          return result;
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(running.map((server) => server.stop(0)));
      await Promise.all(sandbox.tools.nursery.folders.map(({ folder }) => rmdir(folder)));
      await rm(root, { recursive: true, force: true });
    },
  };
}

function ignore(): void {}
