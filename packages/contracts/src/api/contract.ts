import type { ContractRouterClient } from '@orpc/contract';

import { accessContract } from './access.ts';
import { agentsContract } from './agents.ts';
import { auditContract } from './audit.ts';
import { bundlesContract } from './bundles.ts';
import { callsContract } from './calls.ts';
import { catalogContract } from './catalog.ts';
import { configurationContract } from './configuration.ts';
import { connectionsContract } from './connections.ts';
import { credentialsContract } from './credentials.ts';
import { exportsContract } from './exports.ts';
import { grantsContract } from './grants.ts';
import { importsContract } from './imports.ts';
import { instancesContract } from './instances.ts';
import { keysContract } from './keys.ts';
import { licencePolicyContract } from './licence-policy.ts';
import { liveContract } from './live.ts';
import { lockContract } from './lock.ts';
import { membersContract } from './members.ts';
import { offeringsContract } from './offerings.ts';
import { overviewContract } from './overview.ts';
import { apiKeysContract, meContract, organizationContract } from './people.ts';
import { providersContract } from './providers.ts';
import { scimContract } from './scim.ts';
import { sourcesContract } from './sources.ts';
import { ssoContract } from './sso.ts';
import { statusContract } from './status.ts';
import { toolboxesContract } from './toolboxes.ts';
import { versionsContract } from './versions.ts';

/**
 * The whole API: OpenAPI document, server, and the typed client of console and CLI come from it. A
 * bearer API key, or the session of a browser, is asked for everywhere.
 */
export const apiContract = {
  status: statusContract,
  overview: overviewContract,
  live: liveContract,
  toolboxes: toolboxesContract,
  instances: instancesContract,
  versions: versionsContract,
  configuration: configurationContract,
  imports: importsContract,
  exports: exportsContract,
  bundles: bundlesContract,
  offerings: offeringsContract,
  agents: agentsContract,
  grants: grantsContract,
  credentials: credentialsContract,
  access: accessContract,
  calls: callsContract,
  audit: auditContract,
  lock: lockContract,
  sources: sourcesContract,
  catalog: catalogContract,
  licencePolicy: licencePolicyContract,
  keys: keysContract,
  connections: connectionsContract,
  providers: providersContract,
  me: meContract,
  members: membersContract,
  apiKeys: apiKeysContract,
  organization: organizationContract,
  scim: scimContract,
  sso: ssoContract,
};

/** The typed client: `client.agents.tokens.create({ agent: 'demo' })`. */
export type ApiClient = ContractRouterClient<typeof apiContract>;
