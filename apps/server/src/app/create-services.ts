import { createGateway } from '@plugboard/gateway';
import {
  createInstaller,
  createLogs,
  createPublished,
  type SandboxReport,
} from '@plugboard/runtime';
import { createStateSealer } from '@plugboard/vault';
import type { Logger } from 'pino';

import { createAccessSource } from '../features/access/access-source.ts';
import { openAuditService } from '../features/audit/audit-service.ts';
import {
  createAuthorizationServer,
  openRecords,
} from '../features/authorization-server/authorization-server.ts';
import { createOAuthTokens } from '../features/authorization-server/oauth-tokens.ts';
import { createRefusals } from '../features/authorization-server/refusals/refusals.ts';
import { createIcons } from '../features/catalog/icons/icons.ts';
import { createAccessTokens } from '../features/connections/refresh/create-access-tokens.ts';
import { createVault } from '../features/credentials/create-vault.ts';
import { Turns } from '../features/definitions/turns.ts';
import { PackageFolders } from '../features/instances/package-folders.ts';
import { keepLastUsed } from '../features/instances/last-used.ts';
import { PendingInstances } from '../features/instances/trial/pending-instances.ts';
import { sweepTrials } from '../features/instances/trial/sweep-trials.ts';
import { InstanceChanges } from '../features/instances/revisions/instance-changes.ts';
import { followMasterKeys } from '../features/keys/follow-master-keys.ts';
import { createInstallationKeys } from '../features/keys/installation-keys.ts';
import { createKeyring } from '../features/keys/keyring.ts';
import type { MasterKeys } from '../features/keys/master-keys.ts';
import { createLiveFeed } from '../features/live/live-feed.ts';
import { createMail, type MailOptions } from '../features/people/mail/mail.ts';
import { createOverviews } from '../features/overview/overview.ts';
import { createPeople } from '../features/people/people.ts';
import { createRefusedRequests } from '../pages/refused-requests.ts';
import { createSessionMail } from '../features/sessions/session-mail.ts';
import { createSessionStore } from '../features/sessions/session-store.ts';
import { createStreamStore } from '../features/sessions/stream-store.ts';
import { createTaskStore } from '../features/tasks/task-store.ts';
import { createAgentDirectory } from '../features/tokens/agent-directory.ts';
import { createJobs } from '../jobs/jobs.ts';
import type { Store } from '../store/open-store.ts';
import { createReadiness } from './readiness.ts';
import type { AppServices, ServerFacts } from './services.ts';
import { startSupervisor } from './start-supervisor.ts';

export interface ServiceOptions {
  readonly store: Pick<Store, 'db' | 'pool' | 'connection' | 'onChange' | 'heard'>;
  readonly masterKeys: MasterKeys;
  readonly server: ServerFacts;
  readonly sandbox: SandboxReport;
  /** How mail is sent; absent for none. */
  readonly mail?: Pick<MailOptions, 'from' | 'url'>;
  readonly log: Logger;
}

/** Makes everything between the store and HTTP; what needs an end is put on `owner`. */
export async function createServices(
  { store, masterKeys, server, sandbox, mail, log }: ServiceOptions,
  owner: AsyncDisposableStack,
): Promise<AppServices> {
  const { db, pool, connection, onChange, heard } = store;
  const { dataDir, version } = server;
  const clock = Date.now;
  followMasterKeys(masterKeys, onChange, log);
  const installationKey = createInstallationKeys({ db, masterKeys });
  const auditKey = (await installationKey('audit-checkpoints')).export();
  const audit = owner.use(await openAuditService({ db, connection, dataDir, key: auditKey, log }));
  const keyring = createKeyring({ db, masterKeys, onChange });
  const vault = createVault({ db, pool, audit, keyring, clock });
  const accessTokens = owner.use(
    createAccessTokens({
      db,
      audit,
      clock,
      heard,
      installationKey,
      keyring,
      log,
      onChange,
      server,
      vault,
    }),
  );
  const people = createPeople({
    db,
    urls: server.urls,
    clock,
    log,
    sessionKey: () => installationKey('sessions'),
  });
  const pending = new PendingInstances();
  const definitionTurns = new Turns();
  const instanceChanges = new InstanceChanges();
  const installer = createInstaller({ dataDir, sandbox });
  await installer.clean();
  const logs = owner.use(await createLogs({ dataDir, log }));
  await sweepTrials({ db, log, logs, server });
  const { supervisor, onStatus, upstreams, following } = await startSupervisor({
    db,
    audit,
    clock,
    accessTokens,
    keyring,
    vault,
    pending,
    definitionTurns,
    instanceChanges,
    logs,
    log,
    onChange,
    heard,
    sandbox,
    server,
  });
  owner.use(supervisor);
  owner.use(following);
  owner.use(keepLastUsed({ db, supervisor, log }));
  const overviews = owner.use(
    createOverviews({ db, clock, onChange, onStatus, server, supervisor }),
  );
  const live = owner.use(
    createLiveFeed({ db, log, audit, onChange, onStatus, pending, server, supervisor }),
  );
  const jobs = owner.use(createJobs({ pool, log }));
  const records = openRecords({ db, clock, installationKey });
  const oauth = createOAuthTokens({ db, records, clock });
  const refusals = createRefusals({ db, audit, clock, heard, log });
  const refusedRequests = createRefusedRequests({ db, audit, clock, heard, log });
  const agents = owner.use(createAgentDirectory({ db, pool, onChange, oauth, refusals }, clock));
  const gateway = createGateway({
    baseUrl: server.urls.base,
    agents,
    access: createAccessSource(db),
    audit,
    upstreams,
    sessionStore: createSessionStore(db),
    sessionMail: createSessionMail({
      db,
      onChange,
      onError: (error) => log.error({ err: error }, 'mail of sessions could not be looked for'),
    }),
    streamStore: createStreamStore({ db, onChange }),
    tasks: createTaskStore(db),
    sealer: createStateSealer(await installationKey('request-state')),
    onChange,
    serverInfo: { name: 'plugboard', title: 'Plugboard', version },
    onError: (error, reference) => log.error({ err: error, reference }, 'a call failed inside'),
  });
  const services = {
    server,
    db,
    pool,
    connection,
    onChange,
    heard,
    audit,
    auditKey,
    keyring,
    masterKeys,
    vault,
    installationKey,
    people,
    refusedRequests,
    mail: createMail({ url: mail?.url, from: mail?.from ?? 'plugboard@localhost', log }),
    accessTokens,
    installer,
    published: createPublished({ dataDir }),
    icons: owner.use(createIcons({ clock })),
    pending,
    packageFolders: new PackageFolders(),
    instanceChanges,
    definitionTurns,
    logs,
    supervisor,
    overviews,
    live,
    jobs,
    gateway,
    agents,
    log,
    clock,
    readiness: createReadiness(db),
  };
  const authorizationServer = createAuthorizationServer({
    records,
    refusals,
    services: () => services,
  });
  return { ...services, authorizationServer };
}
