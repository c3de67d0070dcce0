import { AppError } from '@plugboard/contracts';
import { compareDefinitions, type LockInstance } from '@plugboard/contracts/api';
import type { Secret } from '@plugboard/vault';

import type { AppServices } from '../../../app/services.ts';
import type { Definitions } from '../../definitions/read-definitions.ts';
import type { Candidate } from '../../instances/candidate.ts';
import {
  type CandidateRequest,
  prepareCandidate,
  type PreparedCandidate,
} from '../../instances/prepare/prepare-candidate.ts';
import { requestedFromLock } from '../locked-entry.ts';
import type { ApplyContext } from './apply-context.ts';

/** Installs exactly what is locked. Rejects when it can be had no more, or only as something else. */
export async function prepareLocked(
  { services, author, tell, signal }: ApplyContext,
  instance: LockInstance,
  environment: CandidateRequest['environment'],
  secrets: Readonly<Record<string, Secret>>,
  /** Slots of the instance that is there which credentials fill: a lock says nothing of them. */
  filledSlots: readonly string[] = [],
): Promise<PreparedCandidate> {
  const { slug, settings } = instance;
  const say = (message: string) => tell(`${slug}: ${message}`);
  await using held = new AsyncDisposableStack();
  const candidate = held.use(
    await prepareCandidate(
      services,
      {
        organizationId: author.organizationId,
        environment,
        slug,
        server: requestedFromLock(instance),
        settings,
        secrets: {},
        // By the names in which they are sealed.
        keptSecrets: secrets,
        filledSlots,
      },
      { signal, tell: (_step, message) => say(message) },
    ),
  );
  refuseOther(candidate, instance);
  held.move();
  return candidate;
}

export interface VerifyOptions {
  readonly tell: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Asks the registry whether a locked package is what was locked. Rejects when it is not. */
export async function verifyPackage(
  { installer }: Pick<AppServices, 'installer'>,
  { slug, source, settings }: LockInstance,
  { tell, signal }: VerifyOptions,
): Promise<void> {
  if (source.type !== 'npm' || source.integrity === undefined) return;
  const plan = await installer.plan({
    spec: `${source.name}@${source.version}`,
    command: settings.command,
    signal,
    onProgress: ({ message }) => tell(message),
  });
  if (plan.integrity !== source.integrity) throw otherIntegrity(slug, source, plan.integrity);
}

function refuseOther(candidate: Candidate, instance: LockInstance): void {
  const { package: found, version, serverName, launch } = candidate;
  const { slug, source } = instance;
  if (serverName !== instance.server) {
    throw new AppError(
      'install_failed',
      `${slug}: it is the server ${serverName}, but ${instance.server} is locked.`,
    );
  }
  if (launch.driver === 'remote' && source.type === 'remote') {
    if (launch.url === source.url && launch.transport === source.transport) return;
    throw new AppError(
      'install_failed',
      `${slug}: its settings come to ${launch.url} (${launch.transport}), but ${source.url} (${source.transport}) is locked.`,
    );
  }
  if (version !== instance.version) {
    throw new AppError(
      'install_failed',
      `${slug}: its version is ${version}, but ${instance.version} is locked.`,
    );
  }
  if (source.type === 'npm' && source.integrity !== undefined) {
    const integrity = found?.type === 'npm' ? found.integrity : undefined;
    if (integrity !== source.integrity) throw otherIntegrity(slug, source, integrity);
  }
  if (source.type === 'mcpb' && !(found?.type === 'mcpb' && found.sha256 === source.sha256)) {
    throw new AppError('install_failed', `${slug}: its bundle is another than is locked.`);
  }
}

function otherIntegrity(
  slug: string,
  { name, version, integrity }: { name: string; version: string; integrity?: string | undefined },
  found: string | undefined,
): AppError {
  return new AppError(
    'install_failed',
    `${slug}: ${name}@${version} is not what is locked: its integrity is ${found ?? 'unknown'} in place of ${integrity}. It was published anew, or the lock was changed; find out which before you trust it.`,
    { details: { instance: slug, locked: integrity, found } },
  );
}

const maxNamed = 10;

/** Throws `AppError('conflict')` when something else is listed than is locked. */
export function refuseDrift(
  { acceptDefinitions }: Pick<ApplyContext, 'acceptDefinitions'>,
  { slug, definitions: locked }: LockInstance,
  {
    offerings,
  }: {
    readonly offerings: readonly Pick<Definitions['offerings'][number], 'kind' | 'name' | 'hash'>[];
  },
): void {
  if (acceptDefinitions) return;
  const listed = offerings.map(({ kind, name, hash }) => ({
    kind,
    name,
    sha256: hash.toString('hex'),
  }));
  const drift = compareDefinitions(listed, locked);
  if (drift.length === 0) return;
  const words = { added: 'is new', removed: 'is gone', changed: 'differs' };
  const named = drift
    .slice(0, maxNamed)
    .map(({ kind, name, how }) => `${kind} ${name} ${words[how]}`);
  const more = drift.length > maxNamed ? ` and ${drift.length - maxNamed} more` : '';
  throw new AppError(
    'conflict',
    `${slug} lists other definitions than are locked: ${named.join(', ')}${more}. Look at them; accept definitions if they are as they should be.`,
    { details: { instance: slug, drift: drift.slice(0, 100) } },
  );
}
