import { AppError, newId } from '@plugboard/contracts';
import type { AddInstanceEvent, AddInstanceInput } from '@plugboard/contracts/api';
import { sharedCredentials } from '@plugboard/gateway';
import type { InstanceSpec } from '@plugboard/runtime';
import { Secret, sealSecret } from '@plugboard/vault';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import { type Author, commitChange } from '../change.ts';
import { saveDefinitions } from '../definitions/save-definitions.ts';
import { noSuch, slugTaken } from '../reference.ts';
import type { TenantDb } from '../tenant-db.ts';
import { selectToolbox } from '../toolboxes/queries.ts';
import { type Launch, launchToRow } from './launch-row.ts';
import type { PendingInstance } from './pending-instances.ts';
import { prepareLaunch } from './prepare-launch.ts';
import { insertInstance, selectInstance } from './queries.ts';
import { removeInstanceFiles, removeUnusedPackage } from './remove-files.ts';
import { withWorkFolder } from './work-folder.ts';
import { defaultSlug, requestedServer } from './requested-server.ts';

export type AddServices = Pick<
  AppServices,
  | 'db'
  | 'heard'
  | 'audit'
  | 'clock'
  | 'installer'
  | 'keyring'
  | 'logs'
  | 'pending'
  | 'packageFolders'
  | 'server'
  | 'supervisor'
>;

type Progress = Extract<AddInstanceEvent, { type: 'progress' }>;

export interface AddOptions {
  readonly onProgress: (event: Progress) => void;
  readonly signal: AbortSignal;
}

const defaultIdleMs = 600_000;
const defaultStartTimeoutMs = 60_000;

/**
 * Installs a server, starts it, lists what it offers and stores all that; only then can anyone see
 * it. When any of it fails nothing is left behind. Resolves with the instance's id; it runs.
 *
 * Whoever calls this has checked that the author may run code on this machine.
 */
export async function addInstance(
  services: AddServices,
  author: Author,
  input: AddInstanceInput,
  options: AddOptions,
): Promise<string> {
  const id = newId();
  const trial: Trial = { installDir: undefined };
  try {
    await services.packageFolders.add(() => runTrial(services, author, input, options, id, trial));
    return id;
  } catch (error) {
    await undo(services, id, trial);
    throw error;
  }
}

interface Trial {
  installDir: string | undefined;
}

async function runTrial(
  services: AddServices,
  author: Author,
  input: AddInstanceInput,
  { onProgress, signal }: AddOptions,
  id: string,
  trial: Trial,
): Promise<void> {
  const { organizationId } = author;
  const tell = (step: Progress['step'], message: string) =>
    onProgress({ type: 'progress', step, message });

  const server = requestedServer(input);
  tell(
    'resolve',
    server.kind === 'remote' ? `Adding ${server.url}` : `Adding ${server.packageSpec}`,
  );
  const toolboxRef = input.toolbox ?? 'starter';
  const toolbox = await withTenant(services.db, organizationId, async (db) => {
    const found = await selectToolbox(db, toolboxRef);
    if (!found) throw noSuch('toolbox', toolboxRef);
    await refuseTakenSlug(db, input.slug);
    return found;
  });

  const prepared = await prepareLaunch(services, input, server, signal, (message) =>
    tell('install', message),
  );
  if (prepared.launch.driver === 'process') trial.installDir = prepared.launch.installDir;
  const slug = input.slug ?? defaultSlug(server, prepared.packageName);
  if (input.slug === undefined) {
    await withTenant(services.db, organizationId, (db) => refuseTakenSlug(db, slug));
  }

  const spec: InstanceSpec = {
    id,
    organizationId,
    slug,
    launch: withWorkFolder(prepared.launch, services.server.dataDir, id),
    idleMs: input.idleMs ?? defaultIdleMs,
    startTimeoutMs: input.startTimeoutMs ?? defaultStartTimeoutMs,
    listed: false,
  };
  const secrets = Object.fromEntries(
    Object.entries(input.secrets ?? {}).map(([name, value]) => [name, new Secret(value)]),
  );
  const pending: PendingInstance = { spec, secrets, definitions: undefined };
  using _pending = services.pending.add(pending);

  tell('start', `Starting ${slug}`);
  await withAbort(services.supervisor.acquire(organizationId, id, sharedCredentials), signal);
  const { definitions } = pending;
  if (!definitions) throw new Error('a server was started without being listed');
  tell('list', `${slug} offers ${definitions.offerings.length} tools, prompts and resources`);

  tell('save', `Saving ${slug}`);
  const sealedSecrets = await sealSecrets(services, organizationId, id, secrets);
  const { dataDir } = services.server;
  await commitChange(services, author, async (db) => {
    const inserted = await insertInstance(db, {
      id,
      organizationId,
      toolboxId: toolbox.id,
      slug,
      serverName: prepared.serverName,
      version: prepared.version,
      launch: launchToRow(prepared.launch, dataDir),
      sealedSecrets: JSON.stringify(sealedSecrets),
      idleMs: spec.idleMs,
      startTimeoutMs: spec.startTimeoutMs,
    });
    if (!inserted) throw slugTaken('instance', slug);
    await saveDefinitions(db, organizationId, id, definitions);
    return {
      result: undefined,
      record: {
        kind: 'instance.added',
        instanceId: id,
        change: {
          id,
          slug,
          toolbox: toolbox.slug,
          server: prepared.serverName,
          version: prepared.version,
          ...presentLaunchForAudit(prepared.launch),
          secretNames: Object.keys(secrets),
          approvedScripts: input.approveScripts === true,
          offerings: definitions.offerings.length,
        },
      },
      // Its definitions are what is new to everybody else; the running copy is right as it is.
      events: [{ kind: 'definitions', organizationId, instanceId: id }],
    };
  });
}

async function refuseTakenSlug(db: TenantDb, slug: string | undefined): Promise<void> {
  if (slug !== undefined && (await selectInstance(db, slug))) throw slugTaken('instance', slug);
}

async function sealSecrets(
  { keyring }: AddServices,
  organizationId: string,
  instanceId: string,
  secrets: Readonly<Record<string, Secret>>,
): Promise<Readonly<Record<string, string>>> {
  const entries = Object.entries(secrets);
  if (entries.length === 0) return {};
  const key = await keyring.ownerKey(organizationId);
  return Object.fromEntries(
    entries.map(([name, secret]) => [
      name,
      sealSecret(key, { ownerId: organizationId, instanceId, name }, secret).toString('base64'),
    ]),
  );
}

/** What the audit log keeps of a launch: arguments and values of variables may be secret. */
function presentLaunchForAudit(launch: Launch): Readonly<Record<string, unknown>> {
  if (launch.driver === 'remote') {
    const { driver, transport, url, headers, allowPrivateNetwork } = launch;
    const { origin } = new URL(url);
    return { driver, transport, origin, headers: Object.keys(headers), allowPrivateNetwork };
  }
  const { driver, entry, args, env, network, limits, mounts } = launch;
  return { driver, entry, args: args.length, env: Object.keys(env), network, limits, mounts };
}

async function undo(services: AddServices, id: string, { installDir }: Trial): Promise<void> {
  await services.supervisor.stop(id);
  await removeInstanceFiles(services, id);
  if (installDir === undefined) return;
  await services.packageFolders.clean(() => removeUnusedPackage(services, installDir));
}

/** Rejects when the signal aborts; the caller then ends what was begun. */
async function withAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(new AppError('cancelled', 'Adding the server was cancelled.'));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    promise.catch(() => undefined);
  }
}
