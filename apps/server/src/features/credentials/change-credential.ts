import { AppError } from '@plugboard/contracts';
import type { ChangeCredentialInput } from '@plugboard/contracts/api';
import { DatabaseError } from 'pg';

import { commitChange } from '../change.ts';
import type { Actor } from '../members/policy.ts';
import { auditFacts } from './audit-facts.ts';
import { bindingEvents, deleteBindings, selectBindings } from './bindings/queries.ts';
import { may, mayDestroy, requireCredential } from './permissions.ts';
import { requireVisible } from './queries.ts';
import type { CredentialServices } from './seal-credential.ts';

/** Changes what is known of a credential; what is secret in it stays. Resolves with its id. */
export async function changeCredential(
  services: CredentialServices,
  actor: Actor,
  input: ChangeCredentialInput,
): Promise<string> {
  const { organizationId } = actor;
  const { name, provider, labels, expiresAt } = input;
  const change = {
    ...(name !== undefined && { name }),
    ...(provider !== undefined && { provider }),
    ...(labels !== undefined && { labels: [...new Set(labels)] }),
    ...(expiresAt !== undefined && { expires_at: expiresAt === null ? null : new Date(expiresAt) }),
  };
  try {
    return await commitChange(services, actor, async (tx) => {
      const row = await requireVisible(tx, actor, input.credential);
      requireCredential(may(actor, 'manage', row), row, 'changed');
      if (row.kind === 'oauth' && (provider !== undefined || expiresAt !== undefined)) {
        throw new AppError(
          'invalid_input',
          'This is an account that was connected: its service and its expiry are what they are.',
        );
      }
      await tx
        .updateTable('credentials')
        .set({ ...change, updated_at: new Date(services.clock()) })
        .where('id', '=', row.id)
        .where('organization_id', '=', organizationId)
        .execute();
      return {
        result: row.id,
        record: {
          kind: 'credential.changed',
          change: {
            ...auditFacts(row),
            after: { name, provider, labels, expiresAt },
          },
        },
        events: [],
      };
    });
  } catch (error) {
    if (!isNameTaken(error)) throw error;
    throw new AppError(
      'conflict',
      `There is already a credential "${name}" of the same owner. Choose another name.`,
      { cause: error, details: { noun: 'credential', name } },
    );
  }
}

/**
 * Destroys a credential with its key and versions. Rejects with `AppError('conflict')` naming what it
 * fills, unless forced; then those slots are emptied and what ran with it stops.
 */
export async function destroyCredential(
  services: CredentialServices,
  actor: Actor,
  ref: string,
  force: boolean,
): Promise<string> {
  const { organizationId } = actor;
  return commitChange(services, actor, async (tx) => {
    const row = await requireVisible(tx, actor, ref);
    requireCredential(mayDestroy(actor, row), row, 'destroyed');
    if (row.kind === 'oauth') {
      throw new AppError(
        'invalid_input',
        'This is an account that was connected: remove the connection, which also revokes it at its provider (plugboard connection remove).',
      );
    }
    // Whoever binds it meanwhile waits for this row, and then finds it destroyed.
    const destroyed = await services.vault.destroy(tx, { organizationId, credentialId: row.id });
    if (!destroyed) throw new AppError('not_found', `The credential "${ref}" was destroyed.`);
    const bindings = await selectBindings(tx, { credentialId: row.id });
    if (bindings.length > 0 && !force) {
      const named = bindings.map(({ instance_slug, slot }) => `${slot} of ${instance_slug}`);
      throw new AppError(
        'conflict',
        `The credential fills ${named.slice(0, 10).join(', ')}${named.length > 10 ? ', …' : ''}. Unbind it there first, or force it: those slots are then empty.`,
        { details: { bindings: named } },
      );
    }
    await deleteBindings(
      tx,
      bindings.map(({ id }) => id),
    );
    return {
      result: row.id,
      record: {
        kind: 'credential.destroyed',
        change: {
          ...auditFacts(row),
          unbound: bindings.map(({ instance_id: instanceId, slot }) => ({ instanceId, slot })),
        },
      },
      events: bindingEvents(organizationId, bindings, 'removed'),
    };
  });
}

function isNameTaken(error: unknown): boolean {
  return error instanceof DatabaseError && error.constraint === 'credentials_name_key';
}
