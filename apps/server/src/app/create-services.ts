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
import { createAccessTokens } from '../features/connections/refresh/create-access-tokens.ts';
import { createVault } from '../features/credentials/create-vault.ts';
import { Turns } from '../features/definitions/turns.ts';
import { PackageFolders } from '../features/instances/package-folders.ts';
import { PendingInstances } from '../features/instances/trial/pending-instances.ts';
import { sweepTrials } from '../features/instances/trial/sweep-trials.ts';
import { InstanceChanges } from '../features/instances/revisions/instance-changes.ts';
import { createInstallationKeys } from '../features/keys/installation-keys.ts';
import { createKeyring } from '../features/keys/keyring.ts';
import type { MasterKeys } from '../features/keys/master-keys.ts';
import { createPeople } from '../features/people/people.ts';
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
  readonly log: Logger;
}

/** Makes everything between the store and HTTP; what needs an end is put on `owner`. */
export async function createServices(
  { store, masterKeys, server, sandbox, log }: ServiceOptions,
  owner: AsyncDisposableStack,
): Promise<AppServices> {
  const { db, pool, connection, onChange, heard } = store;
  const { dataDir, version } = server;
  const clock = Date.now;
  const installationKey = createInstallationKeys({ db, masterKeys });
  const auditKey = (await installationKey('audit-checkpoints')).export();
  const audit = owner.use(await openAuditService({ db, connection, dataDir, key: auditKey, log }));
  const keyring = createKeyring({ db, masterKeys, onChange });
  const vault = createVault({ db, pool, audit, keyring, clock });
  const accessTokens = owner.use(createAccessTokens());
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
  const { supervisor, upstreams, following } = await startSupervisor({
    db,
    audit,
    clock,
    keyring,
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
  const jobs = owner.use(createJobs({ pool, log }));
  const agents = owner.use(createAgentDirectory({ db, pool, onChange }, clock));
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
  return {
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
    accessTokens,
    installer,
    published: createPublished({ dataDir }),
    pending,
    packageFolders: new PackageFolders(),
    instanceChanges,
    definitionTurns,
    logs,
    supervisor,
    jobs,
    gateway,
    agents,
    log,
    clock,
    readiness: createReadiness(db),
  };
}
