// The load generator, a process of its own: closed-loop MCP clients over raw sockets or pipes.
// As a child with an IPC channel it runs the jobs that it is sent, one at a time. Alone:
// node load.ts '{"target":{"kind":"http","url":"http://…/mcp","token":"…"},"tool":"echo_2k",
//   "expect":"echo_2k","clients":16,"warmupMs":500,"windowMs":2000}'

import type { LoadJob, LoadMessage } from './load/job.ts';
import { runLoad } from './load/run.ts';

if (process.send) {
  const tell = (message: LoadMessage) => process.send?.(message);
  process.on('message', (job: LoadJob) => {
    runLoad(job, tell).then(
      (result) => tell({ at: 'result', result }),
      (error: unknown) => tell({ at: 'failed', reason: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
} else {
  const job: LoadJob = JSON.parse(process.argv[2] ?? '');
  console.log(await runLoad(job, () => undefined));
}
