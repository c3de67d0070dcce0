import type { BenchTool } from '../upstreams/answers.ts';
import type { BenchEra } from '../upstreams/rpc.ts';

export interface HttpTarget {
  readonly kind: 'http';
  /** The MCP endpoint, such as http://127.0.0.1:4000/mcp. */
  readonly url: string;
  readonly token: string;
  /** The era that the clients speak. */
  readonly era: BenchEra;
}

/** A server that the load starts itself and speaks to over its pipes. */
export interface StdioTarget {
  readonly kind: 'stdio';
  readonly script: string;
}

export type LoadTarget = HttpTarget | StdioTarget;

export interface LoadJob {
  readonly target: LoadTarget;
  /** The tool's name at the target. */
  readonly tool: string;
  /** The benchmark tool that it is, so that its answer is known. */
  readonly expect: BenchTool;
  /** Clients in a closed loop: each sends its next call when it has the answer to its last. */
  readonly clients: number;
  readonly warmupMs: number;
  readonly windowMs: number;
}

export interface LoadResult {
  /** Right answers that came inside the window. */
  readonly calls: number;
  readonly seconds: number;
  readonly callsPerSecond: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Wrong, missing or failed answers, at any time. */
  readonly errors: number;
  readonly firstErrors: readonly string[];
}

export type LoadMessage =
  | { readonly at: 'window-open' }
  | { readonly at: 'window-closed' }
  | { readonly at: 'result'; readonly result: LoadResult }
  | { readonly at: 'failed'; readonly reason: string };
