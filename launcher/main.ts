import { runCli } from '@plugboard/cli';

/**
 * The `plugboard` command: the CLI, given the server that its `up` starts. Here and nowhere else the
 * two meet, for the CLI knows the server by its API alone.
 */
process.exitCode = await runCli(process.argv.slice(2), {
  startServer: async (args, options) => {
    const { start } = await import('./start-server.ts');
    return await start(args, options);
  },
});
