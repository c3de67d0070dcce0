import type { Finding } from './finding.ts';
import type { SchemaNode } from './schema.ts';

/** A comparison under way, as its parts know it. */
export interface Comparison {
  /** Whether callers send what is compared, or are sent it. */
  readonly role: 'input' | 'output';
  /** Compares what lies within. */
  compare(before: SchemaNode, after: SchemaNode, path: string, depth: number): Finding[];
}
