import { Client } from 'pg';

import { clientConfig, type Connection } from '../../store/pool.ts';
import { appendText, appendValues } from './append-statement.ts';
import type { Group } from './audit-queue.ts';

const statementTimeoutMs = 10_000;
/** Later than the server's own, for a server that does not answer at all. */
const answerTimeoutMs = 15_000;

/** The connection that only appends to the log. It does not come back once it is lost. */
export interface AuditConnection {
  readonly usable: boolean;
  append(groups: readonly Group[]): Promise<void>;
  end(): Promise<void>;
}

export async function openAuditConnection(connection: Connection): Promise<AuditConnection> {
  const client = new Client({
    ...clientConfig(connection, 'audit'),
    statement_timeout: statementTimeoutMs,
    query_timeout: answerTimeoutMs,
  });
  let usable = true;
  client.on('error', () => {
    usable = false;
  });
  client.on('end', () => {
    usable = false;
  });
  await client.connect();
  return {
    get usable() {
      return usable;
    },
    async append(groups) {
      await client.query({ name: 'append_audit', text: appendText, values: appendValues(groups) });
    },
    async end() {
      usable = false;
      // It is over either way.
      await client.end().catch(() => undefined);
    },
  };
}
