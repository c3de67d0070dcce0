import { sweepOAuthJob } from '../features/authorization-server/sweep-job.ts';
import { removeUnusedBundlesJob } from '../features/bundles/remove-unused-job.ts';
import { scheduleSyncsJob } from '../features/catalog/sources/schedule-syncs.ts';
import { syncSourceJob } from '../features/catalog/sources/sync-job.ts';
import { credentialExpiryJob } from '../features/credentials/expiry-job.ts';
import { rotateJob, sweepKeysJob } from '../features/keys/rotation-jobs.ts';
import { sweepRequestsJob } from '../features/connections/flow/sweep-job.ts';
import { keepConnectionsAliveJob } from '../features/connections/refresh/keep-alive-job.ts';
import { lookForUpdatesJob } from '../features/instances/updates/look-for-updates-job.ts';
import type { AnyJob } from './job.ts';

/** Every job that this server does. */
export const allJobs: readonly AnyJob[] = [
  syncSourceJob,
  scheduleSyncsJob,
  removeUnusedBundlesJob,
  credentialExpiryJob,
  sweepOAuthJob,
  rotateJob,
  sweepKeysJob,
  keepConnectionsAliveJob,
  sweepRequestsJob,
  lookForUpdatesJob,
];
