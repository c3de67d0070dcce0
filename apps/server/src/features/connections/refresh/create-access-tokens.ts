import type { AppServices } from '../../../app/services.ts';
import type { ConnectionRef } from './access-tokens.ts';
import { databaseNow } from './connection-state.ts';
import { type EngineServices, RefreshEngine } from './refresh-engine.ts';

export type AccessTokensOptions = Pick<
  AppServices,
  | 'db'
  | 'audit'
  | 'clock'
  | 'heard'
  | 'installationKey'
  | 'keyring'
  | 'log'
  | 'onChange'
  | 'server'
  | 'vault'
>;

/** The engine with providers as they are. Their code is loaded when one is first asked. */
export function createAccessTokens(
  services: AccessTokensOptions,
  settings: Partial<Pick<EngineServices, 'databaseNow' | 'random'>> = {},
): RefreshEngine {
  const asking = () => import('./ask-provider.ts');
  const asked = { ...services, renew: (ref: ConnectionRef) => engine.renew(ref) };
  const options: EngineServices = {
    ...services,
    databaseNow,
    random: Math.random,
    ...settings,
    requestTokens: async (connection, tokens, signal) =>
      (await asking()).requestTokens(asked, connection, tokens, signal),
    giveBack: async (connection, tokens) => (await asking()).giveBack(asked, connection, tokens),
    clientUnknown: async (connection) => (await asking()).clientUnknown(asked, connection),
  };
  const engine = new RefreshEngine(options);
  return engine;
}
