import { join } from 'node:path';

import {
  appRole,
  databaseName,
  readClusterSecret,
  rolePassword,
} from '../../../apps/server/src/store/embedded/provision.ts';
import { openAuditConnection } from '../../../apps/server/src/features/audit/audit-connection.ts';
import { encodeRecord } from '../../../apps/server/src/features/audit/audit-row.ts';
import { median } from '../report/median.ts';

const commits = 200;

/**
 * Makes the function that tells how long a record's commit takes by itself: the median over appends
 * of one record each, one after another, to the log of the Plugboard that runs on `dataDir`.
 */
export async function commitMeter(
  dataDir: string,
  organizationId: string,
): Promise<() => Promise<number>> {
  const secret = await readClusterSecret(join(dataDir, 'postgres.secret'));
  if (secret === undefined) throw new Error(`no embedded database in ${dataDir}`);
  const role = {
    host: join(dataDir, 'run'),
    database: databaseName,
    user: appRole,
    password: rolePassword(secret, appRole),
  };
  return async () => {
    const connection = await openAuditConnection(role);
    const times: number[] = [];
    for (let n = 0; n < commits; n++) {
      const change = { number: n, padding: '.'.repeat(600) };
      const row = encodeRecord({ kind: 'bench.commit', at: Date.now(), change });
      const startedAt = performance.now();
      await connection.append([{ organizationId, rows: [row], waiting: [] }]);
      times.push(performance.now() - startedAt);
    }
    await connection.end();
    return median(times);
  };
}
