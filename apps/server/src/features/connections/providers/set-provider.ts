import { AppError, newId } from '@plugboard/contracts';
import type { SetProviderInput } from '@plugboard/contracts/api';
import type { ClientAuthMethod } from '@plugboard/oauth';
import { findProvider, resolveProvider } from '@plugboard/oauth';
import { Secret } from '@plugboard/vault';

import { commitChange } from '../../change.ts';
import type { Actor } from '../../members/policy.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { clientMetadata, openClient, sealClientSecrets } from '../clients/client-row.ts';
import type { ConnectionServices } from '../services.ts';
import { providerVariables, type ProviderRow } from './provider-row.ts';

/** Sets what an organization knows of a service: its client there, or the whole service by its issuer. */
export async function setProvider(
  services: ConnectionServices,
  actor: Actor,
  input: SetProviderInput,
): Promise<void> {
  const { organizationId } = actor;
  await commitChange(services, actor, async (db) => {
    const before = await db
      .selectFrom('oauth_providers')
      .selectAll()
      .where('slug', '=', input.provider)
      .forUpdate()
      .executeTakeFirst();
    const { values, issuer } = read(input, before);
    const id = before?.id ?? newId();
    if (before) {
      await db
        .updateTable('oauth_providers')
        .set({ ...values, updated_at: new Date(services.clock()) })
        .where('id', '=', id)
        .execute();
    } else {
      await db
        .insertInto('oauth_providers')
        .values({ id, organization_id: organizationId, slug: input.provider, ...values })
        .execute();
    }
    const clientId = await setClient(services, db, {
      ...input,
      providerId: id,
      issuer,
      organizationId,
      definition: values.definition,
    });
    return {
      result: undefined,
      record: {
        kind: 'provider.set',
        change: {
          id,
          slug: input.provider,
          issuer,
          ...(clientId !== undefined && { clientId }),
          secretChanged: input.clientSecret !== undefined || input.privateKey !== undefined,
          allowPrivateNetwork: values.allow_private_network,
        },
      },
      events: [],
    };
  });
}

/** What the row becomes; what is not named stays. */
function read(input: SetProviderInput, before: ProviderRow | undefined) {
  const own = findProvider(input.provider)?.slug;
  const issuerGiven = input.issuer ?? before?.issuer ?? undefined;
  const definitionSlug =
    input.definition ?? before?.definition ?? (issuerGiven === undefined ? own : undefined);
  const allowPrivateNetwork = input.allowPrivateNetwork ?? before?.allow_private_network ?? false;
  if (own !== undefined && definitionSlug !== own) {
    throw new AppError(
      'invalid_input',
      `"${own}" is a service that Plugboard has data of. Choose another name for this one.`,
    );
  }
  if (definitionSlug === undefined) {
    if (issuerGiven === undefined) {
      throw new AppError(
        'invalid_input',
        `Plugboard has no data of "${input.provider}": give its issuer, or the definition that it follows.`,
      );
    }
    if (!issuerGiven.startsWith('https:') && !allowPrivateNetwork) {
      throw new AppError('invalid_input', 'An issuer is an https URL.');
    }
  } else if (input.issuer !== undefined) {
    throw new AppError(
      'invalid_input',
      `The issuer of "${input.provider}" follows from its definition. Set its variables instead.`,
    );
  }
  const definition = definitionSlug === undefined ? undefined : findProvider(definitionSlug);
  if (definitionSlug !== undefined && !definition) {
    throw new AppError('not_found', `Plugboard has no data of "${definitionSlug}".`);
  }
  const variables = { ...(before && providerVariables(before)), ...input.variables };
  const resolved = definition && resolveProvider(definition, variables);
  return {
    issuer: resolved?.issuer ?? issuerGiven ?? '',
    values: {
      title: input.title ?? before?.title ?? definition?.title ?? input.provider,
      definition: definitionSlug ?? null,
      issuer: definitionSlug === undefined ? (issuerGiven ?? null) : null,
      variables: JSON.stringify(variables),
      scopes: input.scopes ?? before?.scopes ?? null,
      allow_private_network: allowPrivateNetwork,
    },
  };
}

interface ClientInput extends Pick<SetProviderInput, 'clientId' | 'clientSecret' | 'privateKey'> {
  readonly organizationId: string;
  readonly providerId: string;
  readonly issuer: string;
  readonly definition: string | null;
}

/**
 * Keeps the client that an admin entered. Another id makes another client: connections of the one
 * before go on with it. Resolves with the id of the client in force.
 */
async function setClient(
  services: ConnectionServices,
  db: TenantDb,
  input: ClientInput,
): Promise<string | undefined> {
  const { organizationId, providerId, issuer, definition } = input;
  const current = await db
    .selectFrom('oauth_clients')
    .selectAll()
    .where('provider_id', '=', providerId)
    .where('replaced_at', 'is', null)
    .executeTakeFirst();
  const clientId = input.clientId ?? current?.client_id;
  if (clientId === undefined) {
    if (input.clientSecret != null || input.privateKey != null) {
      throw new AppError('invalid_input', 'A secret belongs to a client: give its client id.');
    }
    return undefined;
  }
  const isSame = current?.client_id === clientId && current.issuer === issuer;
  const held = isSame ? await openClient(services, current) : undefined;
  const clientSecret = chosen(input.clientSecret, held?.clientSecret);
  const privateKey = chosen(input.privateKey, held?.privateKey);
  const id = isSame ? current.id : newId();
  const values = {
    sealed_secrets: await sealClientSecrets(services, organizationId, id, {
      clientSecret,
      privateKey,
    }),
    metadata: JSON.stringify({
      ...(isSame && clientMetadata(current)),
      authMethod: authMethodOf(definition, clientSecret, privateKey),
    }),
  };
  if (isSame) {
    await db.updateTable('oauth_clients').set(values).where('id', '=', id).execute();
    // What waited for that is asked for again at its next use.
    await db
      .updateTable('connections')
      .set({ retry_at: null })
      .where('oauth_client_id', '=', id)
      .execute();
    return clientId;
  }
  if (current) {
    await db
      .updateTable('oauth_clients')
      .set({ replaced_at: new Date(services.clock()) })
      .where('id', '=', current.id)
      .execute();
  }
  await db
    .insertInto('oauth_clients')
    .values({
      id,
      organization_id: organizationId,
      issuer,
      method: 'preregistered',
      client_id: clientId,
      provider_id: providerId,
      ...values,
    })
    .execute();
  return clientId;
}

function chosen(given: string | null | undefined, held: Secret | undefined): Secret | undefined {
  if (given === undefined) return held;
  return given === null ? undefined : new Secret(given);
}

function authMethodOf(
  definition: string | null,
  clientSecret: Secret | undefined,
  privateKey: Secret | undefined,
): ClientAuthMethod {
  if (privateKey) return 'private_key_jwt';
  if (!clientSecret) return 'none';
  const methods = findProvider(definition ?? '')?.quirks.clientAuthentication;
  // RFC 6749 section 2.3.1 wants every server to take Basic.
  return methods?.find((method) => method.startsWith('client_secret')) ?? 'client_secret_basic';
}
