import { runCli } from '@plugboard/cli';

// The CLI knows the server by its API alone; here, and nowhere else, `up` is given one to start. It is
// loaded only then, which keeps every other command quick.
process.exitCode = await runCli(process.argv.slice(2), {
  startServer: async (args, options) => {
    const { startServer } = await import('./start-server.ts');
    return startServer(args, options);
  },
});
