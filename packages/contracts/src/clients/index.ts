export type { Client, Endpoint, Places } from './client.ts';
export { clients } from './clients.ts';
export { printEntries, tomlTable } from './print-entries.ts';
export type { ClientEntries } from './print-entries.ts';
export { shellQuote } from './shell-quote.ts';
