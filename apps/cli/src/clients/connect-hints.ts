import { clients, type Endpoint } from '@plugboard/contracts';

/** One-line commands for the clients that have one. */
export function connectHints(endpoint: Endpoint): { claudeCode: string; vsCode: string } {
  const command = (id: string): string =>
    clients.find((client) => client.id === id)?.command?.('plugboard', endpoint) ?? '';
  return { claudeCode: command('claude-code'), vsCode: command('vscode') };
}
