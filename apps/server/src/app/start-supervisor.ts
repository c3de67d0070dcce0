import type { Upstreams } from '@plugboard/gateway';
import {
  createProcessDriver,
  createRemoteDriver,
  createSupervisor,
  type InstanceStatus,
  type SandboxReport,
  type Supervisor,
} from '@plugboard/runtime';

import { readDefinitions } from '../features/definitions/read-definitions.ts';
import { refreshDefinitions } from '../features/definitions/refresh-definitions.ts';
import { followInstanceChanges } from '../features/instances/follow-changes.ts';
import { createNoteAsking } from '../features/instances/note-asking.ts';
import { createInstanceSource } from '../features/instances/instance-source.ts';
import type { AppServices } from './services.ts';

export type SupervisorServices = Pick<
  AppServices,
  | 'db'
  | 'audit'
  | 'clock'
  | 'accessTokens'
  | 'keyring'
  | 'vault'
  | 'pending'
  | 'definitionTurns'
  | 'instanceChanges'
  | 'logs'
  | 'log'
  | 'onChange'
  | 'heard'
  | 'server'
> & { readonly sandbox: SandboxReport };

export interface RunningSupervisor {
  readonly supervisor: Supervisor;
  /** Hears each copy of an instance that is in another state. Returns how to stop. */
  readonly onStatus: (listener: (status: InstanceStatus) => void) => () => void;
  /** The supervisor as the gateway needs it. */
  readonly upstreams: Upstreams;
  /** Restarts and stops what changes elsewhere. */
  readonly following: Disposable;
}

/** The supervisor with its drivers; what a server offers is stored after each of its starts. */
export async function startSupervisor(services: SupervisorServices): Promise<RunningSupervisor> {
  const { clock, pending, logs, log, onChange, sandbox, server } = services;
  const { dataDir, version } = server;
  const source = createInstanceSource(services);
  const statusListeners = new Set<(status: InstanceStatus) => void>();
  const supervisor = createSupervisor({
    source,
    drivers: {
      process: await createProcessDriver({
        dataDir,
        log,
        allowUnsandboxed: server.sandbox.allowUnsandboxed,
        sandbox,
        onRefused: (instance, { host, port }) =>
          logs.write(
            instance.id,
            'plugboard',
            `refused a connection to ${host}:${port}, which its network policy does not allow`,
          ),
      }),
      remote: createRemoteDriver(),
    },
    logs,
    log,
    clientInfo: { name: 'plugboard', version },
    clock,
    onStatus(status) {
      for (const listener of statusListeners) listener(status);
    },
    async onReady(instance, upstream) {
      const onTrial = pending.find(instance.organizationId, instance.id);
      if (onTrial) onTrial.definitions = await readDefinitions(upstream);
      else await refreshDefinitions(services, instance, upstream);
    },
    async onDefinitionsChanged(instance, upstream) {
      // Its definitions are read once more when it is on trial no longer.
      if (pending.find(instance.organizationId, instance.id)) return;
      await refreshDefinitions(services, instance, upstream);
    },
  });
  const upstreams: Upstreams = {
    acquire: (organizationId, instanceId, credentialSet, own) =>
      supervisor.acquire(organizationId, instanceId, credentialSet, own),
    hold: (organizationId, instanceId, credentialSet, own) =>
      supervisor.hold(organizationId, instanceId, credentialSet, own),
    onMessage: (listener) => supervisor.onMessage(listener),
    onRequest: (listener) => supervisor.onRequest(listener),
    noteAsking: createNoteAsking(services),
  };
  return {
    supervisor,
    onStatus(listener) {
      statusListeners.add(listener);
      return () => statusListeners.delete(listener);
    },
    upstreams,
    following: followInstanceChanges({
      onChange,
      source,
      supervisor,
      log,
      changes: services.instanceChanges,
    }),
  };
}
