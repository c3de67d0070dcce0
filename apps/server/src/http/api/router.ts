import { accessRouter } from '../../features/access/routes.ts';
import { agentsRouter } from '../../features/agents/routes.ts';
import { bundlesRouter } from '../../features/bundles/routes.ts';
import { callsRouter } from '../../features/calls/routes.ts';
import { catalogRouter } from '../../features/catalog/routes.ts';
import { configurationRouter } from '../../features/configuration/routes.ts';
import { providersRouter } from '../../features/connections/providers/routes.ts';
import { connectionsRouter } from '../../features/connections/routes.ts';
import { credentialsRouter } from '../../features/credentials/routes.ts';
import { exportsRouter } from '../../features/exports/routes.ts';
import { grantsRouter } from '../../features/grants/routes.ts';
import { importsRouter } from '../../features/imports/routes.ts';
import { instancesRouter } from '../../features/instances/routes.ts';
import { versionsRouter } from '../../features/instances/updates/routes.ts';
import { keysRouter } from '../../features/keys/routes.ts';
import { licencePolicyRouter } from '../../features/organizations/licence-routes.ts';
import { liveRouter } from '../../features/live/routes.ts';
import { lockRouter } from '../../features/lock/routes.ts';
import { apiKeysRouter } from '../../features/members/api-keys/routes.ts';
import { membersRouter } from '../../features/members/routes.ts';
import { organizationRouter } from '../../features/organizations/routes.ts';
import { overviewRouter } from '../../features/overview/routes.ts';
import { meProcedure } from '../../features/people/me.ts';
import { scimRouter } from '../../features/people/scim/routes.ts';
import { offeringsRouter } from '../../features/offerings/routes.ts';
import { sourcesRouter } from '../../features/catalog/sources/routes.ts';
import { ssoRouter } from '../../features/people/sso/routes.ts';
import { statusRouter } from '../../features/status/routes.ts';
import { toolboxesRouter } from '../../features/toolboxes/routes.ts';
import { auditRouter } from './audit-routes.ts';
import { api } from './context.ts';

/** The contract with all of its procedures implemented. */
export const router = api.router({
  status: statusRouter,
  overview: overviewRouter,
  live: liveRouter,
  toolboxes: toolboxesRouter,
  instances: instancesRouter,
  versions: versionsRouter,
  configuration: configurationRouter,
  imports: importsRouter,
  exports: exportsRouter,
  bundles: bundlesRouter,
  offerings: offeringsRouter,
  agents: agentsRouter,
  grants: grantsRouter,
  credentials: credentialsRouter,
  access: accessRouter,
  calls: callsRouter,
  audit: auditRouter,
  lock: lockRouter,
  sources: sourcesRouter,
  catalog: catalogRouter,
  licencePolicy: licencePolicyRouter,
  keys: keysRouter,
  connections: connectionsRouter,
  providers: providersRouter,
  me: meProcedure,
  members: membersRouter,
  apiKeys: apiKeysRouter,
  organization: organizationRouter,
  scim: scimRouter,
  sso: ssoRouter,
});
