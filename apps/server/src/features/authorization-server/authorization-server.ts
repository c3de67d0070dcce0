import type Provider from 'oidc-provider';

import type { AppServices } from '../../app/services.ts';
import type { Refusals } from './refusals/refusals.ts';
import { createRecordStore, type RecordStore } from './records/record-store.ts';

/** The authorization server for agents. Its library is loaded when somebody first needs it. */
export interface AuthorizationServer {
  readonly records: RecordStore;
  readonly refusals: Refusals;
  provider(): Promise<Provider>;
}

/** The services as they are when the provider is first needed. */
export type LateServices = () => Omit<AppServices, 'authorizationServer'>;

export interface AuthorizationServerOptions {
  readonly records: RecordStore;
  readonly refusals: Refusals;
  readonly services: LateServices;
}

export function createAuthorizationServer(
  options: AuthorizationServerOptions,
): AuthorizationServer {
  const { records, refusals, services } = options;
  let provider: Promise<Provider> | undefined;
  return {
    records,
    refusals,
    provider() {
      provider ??= import('./create-provider.ts')
        .then(({ createProvider }) => createProvider({ ...services(), records, refusals }))
        .catch((error: unknown) => {
          provider = undefined;
          throw error;
        });
      return provider;
    },
  };
}

export function openRecords(
  services: Pick<AppServices, 'db' | 'clock' | 'installationKey'>,
): RecordStore {
  const { db, clock, installationKey } = services;
  return createRecordStore({ db, clock, sealingKey: () => installationKey('oauth-records') });
}
