import type Provider from 'oidc-provider';

import type { AppServices } from '../../app/services.ts';
import { createRecordStore, type RecordStore } from './records/record-store.ts';

/** The authorization server for agents. Its library is loaded when somebody first needs it. */
export interface AuthorizationServer {
  readonly records: RecordStore;
  provider(): Promise<Provider>;
}

/** The services as they are when the provider is first needed. */
export type LateServices = () => Omit<AppServices, 'authorizationServer'>;

export interface AuthorizationServerOptions {
  readonly records: RecordStore;
  readonly services: LateServices;
}

export function createAuthorizationServer(
  options: AuthorizationServerOptions,
): AuthorizationServer {
  const { records, services } = options;
  let provider: Promise<Provider> | undefined;
  return {
    records,
    provider() {
      provider ??= import('./create-provider.ts')
        .then(({ createProvider }) => createProvider({ ...services(), records }))
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
