export { runCli } from './run-cli.ts';
export type { CliPorts } from './run-cli.ts';
export type { RunningServer, StartEvent, StartOptions, StartServer } from './start-server-port.ts';
export type { ExportVerification, VerifyExport } from './verify-export-port.ts';
export { systemTerminal } from './terminal.ts';
export type { Terminal } from './terminal.ts';
