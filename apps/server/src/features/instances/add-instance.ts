import { newId } from '@plugboard/contracts';
import type {
  AddInstanceEvent,
  AddInstanceInput,
  InstanceSettings,
} from '@plugboard/contracts/api';
import { instanceSettingsSchema } from '@plugboard/contracts/api';
import { Secret } from '@plugboard/vault';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import { type Author, commitChange } from '../change.ts';
import { saveDefinitions } from '../definitions/save-definitions.ts';
import { noSuch, slugTaken } from '../reference.ts';
import type { TenantDb } from '../tenant-db.ts';
import { selectToolbox } from '../toolboxes/queries.ts';
import { type Launch, launchToRow } from './launch-row.ts';
import { prepareCandidate } from './prepare-candidate.ts';
import { insertInstance, selectInstance } from './queries.ts';
import { defaultSlug, type RequestedServer, requestedServer } from './requested-server.ts';
import { writeRevision } from './revisions/write-revision.ts';
import { sealSecrets } from './seal-secrets.ts';
import type { Tell } from './tell.ts';
import { tryCandidate } from './try-candidate.ts';

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
  { onProgress, signal }: AddOptions,
): Promise<string> {
  const { organizationId } = author;
  const tell: Tell = (step, message, progress) =>
    onProgress({ type: 'progress', step, message, ...(progress && { progress }) });

  const server = requestedServer(input);
  tell('resolve', `Adding ${nameOf(server)}`);
  const slug = input.slug ?? defaultSlug(server);
  const toolboxRef = input.toolbox ?? 'starter';
  const toolbox = await withTenant(services.db, organizationId, async (db) => {
    const found = await selectToolbox(db, toolboxRef);
    if (!found) throw noSuch('toolbox', toolboxRef);
    await refuseTakenSlug(db, slug);
    return found;
  });

  await using candidate = await prepareCandidate(
    services,
    {
      organizationId,
      environment: toolbox.environment,
      slug,
      server,
      settings: settingsOf(input),
      secrets: secretsOf(input),
    },
    { signal, tell },
  );
  const id = newId();
  await tryCandidate(
    services,
    organizationId,
    candidate,
    { id, keep: true, signal, tell },
    async (definitions) => {
      tell('pin', `Keeping what ${slug} listed, each with its hash`);
      const sealed = await sealSecrets(services, organizationId, id, candidate.secrets);
      await commitChange(services, author, async (db) => {
        const inserted = await insertInstance(db, {
          id,
          organizationId,
          toolboxId: toolbox.id,
          slug,
          serverName: candidate.serverName,
          version: candidate.version,
          launch: launchToRow(candidate.launch, services.server.dataDir),
          sealedSecrets: JSON.stringify(sealed),
          idleMs: candidate.idleMs,
          startTimeoutMs: candidate.startTimeoutMs,
        });
        if (!inserted) throw slugTaken('instance', slug);
        await writeRevision(db, {
          organizationId,
          instanceId: id,
          dataDir: services.server.dataDir,
          candidate,
          sealedSecrets: sealed,
          definitions,
          reason: 'installed',
          memberId: author.memberId,
          note: undefined,
        });
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
              server: candidate.serverName,
              version: candidate.version,
              ...presentLaunchForAudit(candidate.launch),
              secretNames: Object.keys(candidate.secrets),
              approvedScripts: candidate.settings.approveScripts === true,
              offerings: definitions.offerings.length,
            },
          },
          // Its definitions are what is new to everybody else; the running copy is right as it is.
          events: [{ kind: 'definitions', organizationId, instanceId: id }],
        };
      });
    },
  );
  tell('live', `${slug} is live`);
  return id;
}

function nameOf(server: RequestedServer): string {
  if (server.kind === 'remote') return server.url;
  return server.kind === 'package' ? server.packageSpec : `bundle ${server.sha256.slice(0, 12)}`;
}

/** What of a request says how it runs, without secrets. */
export function settingsOf(input: AddInstanceInput): InstanceSettings {
  const { server: _server, slug: _slug, toolbox: _toolbox, secrets: _secrets, ...settings } = input;
  return instanceSettingsSchema.parse(settings);
}

function secretsOf({ secrets }: AddInstanceInput): Readonly<Record<string, Secret>> {
  return Object.fromEntries(
    Object.entries(secrets ?? {}).map(([name, value]) => [name, new Secret(value)]),
  );
}

async function refuseTakenSlug(db: TenantDb, slug: string): Promise<void> {
  if (await selectInstance(db, slug)) throw slugTaken('instance', slug);
}

/** What the audit log keeps of a launch: arguments and values of variables may be secret. */
export function presentLaunchForAudit(launch: Launch): Readonly<Record<string, unknown>> {
  if (launch.driver === 'remote') {
    const { driver, transport, url, headers, allowPrivateNetwork } = launch;
    const { origin } = new URL(url);
    return { driver, transport, origin, headers: Object.keys(headers), allowPrivateNetwork };
  }
  const { driver, entry, args, env, network, limits, mounts } = launch;
  return { driver, entry, args: args.length, env: Object.keys(env), network, limits, mounts };
}
