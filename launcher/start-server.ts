import type { StartServer } from '@plugboard/cli';
import { type ReadyFacts, readConfig, startApp } from '@plugboard/server';

/** Starts the server in this process for the CLI's `up`. */
export const startServer: StartServer = async (args, { onEvent, signal }) => {
  const config = readConfig(args, process.env);
  let facts: ReadyFacts | undefined;
  const app = await startApp(config, {
    onProgress: (event) => {
      if (event.type === 'ready') facts = event.ready;
      else onEvent(event);
    },
    signal,
  });
  if (facts === undefined) throw new Error('the server started without telling that it is ready');
  return { ...facts, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
};
