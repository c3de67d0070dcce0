import type { Envelope } from '@plugboard/protocol';

import { type Exchange, refuse } from '../exchange.ts';
import type { HttpServices } from '../post.ts';

/** Answers one message of the modern era (MCP 2026-07-28, transports). */
export async function serveModern(
  _services: HttpServices,
  { response }: Exchange,
  _message: Envelope,
  _params: Readonly<Record<string, unknown>>,
): Promise<void> {
  refuse(response, 400, 'The modern era is not served here.');
}
