import type { StartServer } from '@plugboard/cli';
import { readConfig, startApp } from '@plugboard/server';

/** Starts the server in this process for the CLI's `up`. */
export const startServer: StartServer = async (args, { onEvent, signal }) => {
  const app = await startApp(readConfig(args, process.env), {
    onProgress: (event) => {
      if (event.type !== 'ready') onEvent(event);
    },
    signal,
  });
  return { ...app.ready, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
};
