import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { AppError } from '@plugboard/contracts';
import type { Upstream } from '@plugboard/protocol';
import { Secret } from '@plugboard/vault';

import type { Driver } from '../drivers/driver.ts';
import {
  defaultLimits,
  type InstanceSpec,
  type ProcessLaunch,
  type RemoteLaunch,
} from '../instance.ts';
import { createLogs, type Logs } from '../logs/logs.ts';
import type { SupervisorOptions } from '../supervisor/options.ts';
import type { InstanceStatus } from '../supervisor/state.ts';
import { createSupervisor, type Supervisor } from '../supervisor/supervisor.ts';
import { plainDriver } from './plain-driver.ts';

const script = fileURLToPath(new URL('fixtures/fixture-server.mjs', import.meta.url));

/** A supervisor over fixture servers, and what it told. */
export interface SupervisorBench extends AsyncDisposable {
  readonly supervisor: Supervisor;
  readonly logs: Logs;
  readonly dataDir: string;
  readonly statuses: InstanceStatus[];
  /** Every process that was started. */
  readonly pids: number[];
  readonly reports: string[];
  /** Adds an instance of the fixture server and returns it; may be called again with the same id. */
  add(args: readonly string[], changes?: Partial<InstanceSpec>): InstanceSpec;
  remove(instanceId: string): void;
}

export async function buildSupervisor(
  options: Partial<SupervisorOptions> = {},
): Promise<SupervisorBench> {
  const dataDir = await mkdtemp(join(tmpdir(), 'plugboard-supervisor-'));
  const reports: string[] = [];
  const statuses: InstanceStatus[] = [];
  const pids: number[] = [];
  const specs = new Map<string, InstanceSpec>();
  const report = (fields: object, message: string): void =>
    void reports.push(`${message} ${'err' in fields ? String(fields.err) : ''}`);
  const log = { debug: report, info: report, warn: report, error: report };
  const logs = await createLogs({ dataDir, log, ...(options.clock && { clock: options.clock }) });
  const supervisor = createSupervisor({
    source: {
      find: async (organizationId, instanceId) => {
        const spec = specs.get(instanceId);
        return spec?.organizationId === organizationId ? spec : undefined;
      },
      openSecrets: async () => [
        { slot: 'API_KEY', place: 'env', value: new Secret('s3cr3t-value-of-the-key') },
      ],
    },
    drivers: { process: notingDriver(pids), remote: noRemotes },
    logs,
    log,
    clientInfo: { name: 'plugboard', version: '0.0.0' },
    onReady: async () => undefined,
    onDefinitionsChanged: async () => undefined,
    onStatus: (status) => void statuses.push(status),
    ...options,
  });
  return {
    supervisor,
    logs,
    dataDir,
    statuses,
    pids,
    reports,
    add(args, changes = {}) {
      const spec: InstanceSpec = {
        id: randomUUID(),
        organizationId: 'org-1',
        slug: 'fixture',
        launch: {
          driver: 'process',
          installDir: dataDir,
          entry: script,
          args,
          env: {},
          network: { mode: 'off' },
          limits: defaultLimits,
          mounts: [],
        },
        idleMs: 60_000,
        startTimeoutMs: 60_000,
        listed: true,
        era: 'legacy',
        ...changes,
      };
      specs.set(spec.id, spec);
      return spec;
    },
    remove: (instanceId) => void specs.delete(instanceId),
    async [Symbol.asyncDispose]() {
      await supervisor[Symbol.asyncDispose]();
      await logs[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Calls a tool of the fixture server and returns the text it answers. */
export async function callFixture(
  upstream: Upstream,
  name: string,
  args: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const params = Buffer.from(JSON.stringify({ name, arguments: args }));
  const answer = await upstream.request({ method: 'tools/call', params });
  const { result }: { result: { content: { text: string }[] } } = JSON.parse(
    answer.bytes.toString('utf8'),
  );
  return result.content[0]!.text;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function notingDriver(pids: number[]): Driver<ProcessLaunch> {
  return {
    async start(spec, injection, sinks) {
      const server = await plainDriver.start(spec, injection, sinks);
      pids.push(server.pid ?? 0);
      return server;
    },
  };
}

const noRemotes: Driver<RemoteLaunch> = {
  async start() {
    throw new AppError('invalid_input', 'There are no remote servers in this test.');
  },
};
