import { join } from 'node:path';

import type { StartServer } from '@plugboard/cli';
import { readConfig, startApp } from '@plugboard/server';

import { keepConsoleBuilt } from './keep-console-built.ts';

const root = join(import.meta.dirname, '..');

/** Starts the server in this process for the CLI's `up`, and builds the console beside it. */
export const startServer: StartServer = async (args, { onEvent, signal }) => {
  const config = readConfig(args, process.env);
  await using starting = new AsyncDisposableStack();
  const isOurs = config.consoleDir === join(root, 'apps/console/dist');
  if (isOurs && process.env['PLUGBOARD_CONSOLE_BUILD'] !== 'off') {
    const onWarning = (message: string) => onEvent({ type: 'warning', message });
    starting.use(keepConsoleBuilt({ root, onWarning }));
  }
  const app = starting.use(
    await startApp(config, {
      onProgress: (event) => {
        if (event.type !== 'ready') onEvent(event);
      },
      signal,
    }),
  );
  const started = starting.move();
  return { ...app.ready, [Symbol.asyncDispose]: () => started.disposeAsync() };
};
