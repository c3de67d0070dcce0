import type { Status } from '@plugboard/contracts/api';
import type { AgentDirectory, Gateway, OnChange } from '@plugboard/gateway';
import type { Installer, Logs, Published, Supervisor } from '@plugboard/runtime';
import type { Kysely } from 'kysely';
import type { Pool } from 'pg';
import type { Logger } from 'pino';

import type { AuditService } from '../features/audit/audit-service.ts';
import type { AccessTokens } from '../features/connections/refresh/access-tokens.ts';
import type { Vault } from '../features/credentials/vault.ts';
import type { AuthorizationServer } from '../features/authorization-server/authorization-server.ts';
import type { Icons } from '../features/catalog/icons/icons.ts';
import type { Turns } from '../features/definitions/turns.ts';
import type { PackageFolders } from '../features/instances/package-folders.ts';
import type { PendingInstances } from '../features/instances/trial/pending-instances.ts';
import type { InstanceChanges } from '../features/instances/revisions/instance-changes.ts';
import type { InstallationKeys } from '../features/keys/installation-keys.ts';
import type { Keyring } from '../features/keys/keyring.ts';
import type { LiveFeed } from '../features/live/live-feed.ts';
import type { MasterKeys } from '../features/keys/master-keys.ts';
import type { Overviews } from '../features/overview/overview.ts';
import type { Mail } from '../features/people/mail/mail.ts';
import type { People } from '../features/people/people.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { RefusedRequests } from '../pages/refused-requests.ts';
import type { ServerUrls } from '../http/urls.ts';
import type { Connection } from '../store/pool.ts';
import type { Database } from '../store/schema.ts';

/** What is fixed for as long as the server runs. */
export interface ServerFacts {
  readonly version: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly urls: ServerUrls;
  readonly dataDir: string;
  /** Inside which sources of the catalog may lie; need not be there. */
  readonly catalogDir: string;
  /** Where the built console lies; need not be there. */
  readonly consoleDir: string;
  readonly catalogSync: 'scheduled' | 'manual';
  /** Addresses and networks of proxies that are believed about whom they speak for. */
  readonly trustedProxies: readonly string[];
  /** Whether OAuth clients may describe themselves at addresses of private networks. */
  readonly allowPrivateClients: boolean;
  readonly database: Status['database'];
  readonly sandbox: Status['sandbox'];
}

/** Everything that requests are served with, made once by the composition root. */
export interface AppServices {
  readonly server: ServerFacts;
  readonly db: Kysely<Database>;
  readonly pool: Pool;
  /** For parts and processes that keep a connection of their own. It holds a password. */
  readonly connection: Connection;
  readonly onChange: OnChange;
  /** Resolves when every change committed before is in force here. */
  heard(): Promise<void>;
  readonly audit: AuditService;
  /** Signs and checks the marks of the audit log. */
  readonly auditKey: Buffer;
  readonly keyring: Keyring;
  readonly masterKeys: MasterKeys;
  /** Opens credentials. */
  readonly vault: Vault;
  /** A key of the installation's own for one purpose, that outlives every rotation. */
  readonly installationKey: InstallationKeys;
  /** Who is signed in. */
  readonly people: People;
  /** Puts on record what pages of others had browsers send. */
  readonly refusedRequests: RefusedRequests;
  /** To people; does nothing where no mail server is set up. */
  readonly mail: Mail;
  /** Keeps the tokens of connections good. */
  readonly accessTokens: AccessTokens;
  readonly installer: Installer;
  /** What registries say of packages that are not installed. */
  readonly published: Published;
  /** Pictures of the catalog's servers. */
  readonly icons: Icons;
  readonly pending: PendingInstances;
  readonly packageFolders: PackageFolders;
  readonly instanceChanges: InstanceChanges;
  /** In which the definitions of an instance are listed and stored, by its id. */
  readonly definitionTurns: Turns;
  readonly logs: Logs;
  readonly supervisor: Supervisor;
  readonly overviews: Overviews;
  /** Tells people what happens. */
  readonly live: LiveFeed;
  readonly jobs: Jobs;
  readonly gateway: Gateway;
  /** Gives agents tokens by OAuth. */
  readonly authorizationServer: AuthorizationServer;
  /** Whom a token speaks for. */
  readonly agents: AgentDirectory;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Whether each part works now. */
  readiness(): Promise<Status['parts']>;
}
