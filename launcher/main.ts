import { runCli } from '@plugboard/cli';

// The CLI knows the server by its API alone; here, and nowhere else, it is given parts of one. They are
// loaded when they are asked for, which keeps every other command quick.
process.exitCode = await runCli(process.argv.slice(2), {
  startServer: async (args, options) => {
    const { startServer } = await import('./start-server.ts');
    return startServer(args, options);
  },
  verifyExport: async (lines) => {
    const { verifyAuditExport } = await import('@plugboard/server');
    return verifyAuditExport(lines);
  },
});
