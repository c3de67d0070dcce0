import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { TestProject } from 'vitest/node';

import { databaseKinds, startTestServer } from './database-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The socket at which the database server can be asked for. */
    readonly testDatabaseSocket: string;
  }
}

/** Starts the database server when the first test file asks for it, and stops it after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const kind = databaseKinds.find(
    (k) => k === (process.env['PLUGBOARD_TEST_DATABASE'] ?? 'embedded'),
  );
  if (kind === undefined) {
    throw new Error(`PLUGBOARD_TEST_DATABASE is one of ${databaseKinds.join(', ')}`);
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'plugboard-vitest-'));
  const socket = path.join(folder, 'ask');
  let starting: ReturnType<typeof startTestServer> | undefined;

  const asked = createServer((_request, response) => {
    starting ??= startTestServer(kind);
    starting.then(
      ({ server }) => response.end(JSON.stringify(server)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await listenAt(asked, socket);
  project.provide('testDatabaseSocket', socket);

  return async () => {
    asked.close();
    asked.closeAllConnections();
    // A start that failed has told the test that asked.
    const started = await starting?.catch(() => undefined);
    await started?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
}

async function listenAt(server: Server, socket: string): Promise<void> {
  server.listen(socket);
  await once(server, 'listening');
}
