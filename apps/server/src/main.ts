import { startApp } from './app/start-app.ts';
import { printProgress } from './app/print-progress.ts';
import { reportFailure } from './app/report-failure.ts';
import { untilStopped } from './app/until-stopped.ts';
import { readConfig } from './config/read-config.ts';

try {
  const config = readConfig(process.argv.slice(2), process.env, process.stdout.isTTY);
  using stop = untilStopped();
  const onProgress = printProgress(config.progress, process.stdout);
  await using _app = await startApp(config, { onProgress, signal: stop.signal });
  await stop.requested;
} catch (error) {
  process.exitCode = reportFailure(error, process.stderr);
}
