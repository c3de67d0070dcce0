import { setTimeout as sleep } from 'node:timers/promises';

import type { LoadClient } from './client.ts';
import { Histogram } from './histogram.ts';
import { openHttpClient } from './http-client.ts';
import type { LoadJob, LoadMessage, LoadResult } from './job.ts';
import { openStdioClients } from './stdio-client.ts';

/** How long answers may take to come in after the window before they count as missing. */
const drainMs = 5_000;

/** Runs one job: opens the clients, warms up, measures, closes. Tells when the window is open. */
export async function runLoad(
  job: LoadJob,
  tell: (message: LoadMessage) => void,
): Promise<LoadResult> {
  await using stack = new AsyncDisposableStack();
  const clients = await openClients(job);
  for (const client of clients) stack.use(client);

  const latencies = new Histogram();
  const faults: string[] = [];
  let errors = 0;
  let measuring = false;
  let ending = false;
  let active = clients.length;
  const drained = Promise.withResolvers<void>();

  const loop = (client: LoadClient): void => {
    const sentAt = performance.now();
    client.call((fault) => {
      if (fault === undefined) {
        if (measuring) latencies.record(performance.now() - sentAt);
      } else {
        errors++;
        if (faults.length < 5) faults.push(fault);
      }
      if (ending) {
        if (--active === 0) drained.resolve();
        return;
      }
      // A failing target is not asked again at once: an endless loop would measure nothing.
      if (fault !== undefined) setTimeout(loop, 20, client);
      else loop(client);
    });
  };
  for (const client of clients) loop(client);

  await sleep(job.warmupMs);
  tell({ at: 'window-open' });
  const openedAt = performance.now();
  measuring = true;
  await sleep(job.windowMs);
  measuring = false;
  const seconds = (performance.now() - openedAt) / 1_000;
  tell({ at: 'window-closed' });
  ending = true;
  await Promise.race([drained.promise, sleep(drainMs, undefined, { ref: false })]);
  if (active > 0) faults.push(`${active} answers did not come`);

  return {
    calls: latencies.count,
    seconds,
    callsPerSecond: latencies.count / seconds,
    meanMs: latencies.meanMs,
    p50Ms: latencies.percentile(0.5),
    p90Ms: latencies.percentile(0.9),
    p99Ms: latencies.percentile(0.99),
    maxMs: latencies.maxMs,
    errors: errors + active,
    firstErrors: faults,
  };
}

async function openClients(job: LoadJob): Promise<LoadClient[]> {
  const { target } = job;
  if (target.kind === 'stdio') return openStdioClients(target, job);
  const clients: LoadClient[] = [];
  for (let n = 0; n < job.clients; n++) clients.push(await openHttpClient(target, job));
  return clients;
}
