import { hash } from 'node:crypto';

/** SHA-256 of a definition's bytes as its server wrote them: any change at all changes it. */
export function hashDefinition(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer');
}
