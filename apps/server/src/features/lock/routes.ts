import type { ApplyLockEvent, LockPlan } from '@plugboard/contracts/api';
import { Secret } from '@plugboard/vault';

import { api } from '../../http/api/context.ts';
import { streamProgress } from '../instances/stream-progress.ts';
import { requirePermission } from '../members/require.ts';
import { applyLock, type ApplyInput, planNow } from './apply-lock.ts';
import { makeBackup } from './backup/make-backup.ts';
import { applyInputOf, readBackup, restoreBackup } from './backup/restore-backup.ts';
import { digestOf, readLock } from './read-lock.ts';
import { verifySources } from './verify-sources.ts';

const routes = api.lock;

export const lockRouter = routes.router({
  get: routes.get.handler(({ context: { actor, services } }) => {
    requirePermission(actor, 'lock.read');
    return readLock(services, actor.organizationId);
  }),

  plan: routes.plan.handler(async ({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, input.verify === true ? 'lock.apply' : 'lock.read');
    const given = toApplyInput(input, input.document);
    const plan = await planNow(services, actor.organizationId, given);
    const changes =
      input.verify === true
        ? await verifySources(services, input.document, plan.changes, signal)
        : plan.changes;
    return presentPlan({ ...plan, changes }, digestOf(input.document));
  }),

  apply: routes.apply.handler(({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'lock.apply');
    const given = toApplyInput(input, input.document);
    return streamProgress<ApplyLockEvent>(
      (emit, limited) => applyLock(services, actor, given, { emit, signal: limited }),
      signal,
    );
  }),

  backup: routes.backup.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'lock.backup');
    if (input.passphrase !== undefined) requirePermission(actor, 'lock.backup_secrets');
    const { file, content } = await makeBackup(services, actor, toSecret(input.passphrase));
    return { file: file.toString('base64'), content };
  }),

  readBackup: routes.readBackup.handler(async ({ context: { actor, services }, input }) => {
    requirePermission(actor, 'lock.apply');
    const read = await readBackup(input.file, toSecret(input.passphrase));
    const { document } = read.backup;
    const given = applyInputOf(read, toApplyInput(input, document));
    const plan = await planNow(services, actor.organizationId, given);
    return { content: read.content, plan: presentPlan(plan, digestOf(document)) };
  }),

  restore: routes.restore.handler(async ({ context: { actor, services, signal }, input }) => {
    requirePermission(actor, 'lock.apply');
    const read = await readBackup(input.file, toSecret(input.passphrase));
    const given = applyInputOf(read, toApplyInput(input, read.backup.document));
    return streamProgress<ApplyLockEvent>(
      (emit, limited) => restoreBackup(services, actor, read, given, { emit, signal: limited }),
      signal,
    );
  }),
});

function toSecret(passphrase: string | undefined): Secret | undefined {
  return passphrase === undefined ? undefined : new Secret(passphrase);
}

type Given = Partial<{
  readonly prune: boolean | undefined;
  readonly acceptDefinitions: boolean | undefined;
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  readonly sourceTokens: Readonly<Record<string, string>> | undefined;
}>;

/** From here on secrets are `Secret`s. */
function toApplyInput(
  { prune = false, acceptDefinitions = false, secrets = {}, sourceTokens = {} }: Given,
  document: ApplyInput['document'],
): ApplyInput {
  const toSecrets = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, new Secret(value)] as const),
    );
  return {
    document,
    prune,
    acceptDefinitions,
    secrets: Object.fromEntries(
      Object.entries(secrets).map(([slug, values]) => [slug, toSecrets(values)] as const),
    ),
    sourceTokens: toSecrets(sourceTokens),
  };
}

function presentPlan(
  { changes, missingSecrets, missingTokens }: Awaited<ReturnType<typeof planNow>>,
  digest: string,
): LockPlan {
  return {
    digest,
    changes: changes.map(({ grant: _grant, fields, drift, ...change }) => ({
      ...change,
      fields: [...fields],
      drift: [...drift],
    })),
    missingSecrets,
    missingTokens,
  };
}
