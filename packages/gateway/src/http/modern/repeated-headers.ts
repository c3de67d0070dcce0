import type { IncomingMessage } from 'node:http';

import { modernCodes, ModernError } from '@plugboard/protocol';

/**
 * Refuses headers of MCP that occur twice: whoever routes on them in front of us may go by the first
 * and we by both (`ModernError` -32020).
 */
export function refuseRepeatedHeaders({ rawHeaders }: IncomingMessage): void {
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (!name.startsWith('mcp-')) continue;
    if (seen.has(name)) {
      throw new ModernError(modernCodes.headerMismatch, `The header ${name} must be sent once.`);
    }
    seen.add(name);
  }
}
