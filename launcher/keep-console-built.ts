import { buildConsole } from './build-console.ts';

export interface KeepBuiltOptions {
  /** The checkout. */
  readonly root: string;
  readonly onWarning: (message: string) => void;
}

/** What to do about a console that is not built. */
const cure = 'All else is served. See why with: ./plugboard --run launcher/build-console-now.ts';

/**
 * Builds the console while the server starts and runs. A failure is told, and nothing else depends on
 * it. Disposing ends a build that is under way.
 */
export function keepConsoleBuilt({ root, onWarning }: KeepBuiltOptions): AsyncDisposable {
  const stop = new AbortController();
  const building = build();

  async function build(): Promise<void> {
    try {
      await buildConsole({ root, signal: stop.signal });
    } catch (error) {
      if (stop.signal.aborted) return;
      onWarning(`The console could not be built: ${gistOf(error)} ${cure}`);
    }
  }

  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await building;
    },
  };
}

/** One line of what may be many: the first after the builder's own headings. */
function gistOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const lines = text.split('\n').map((line) => line.trim());
  const headings = lines.findLastIndex((line) =>
    /\b(?:error during build|build failed)\b/i.test(line),
  );
  const telling = lines.slice(headings + 1).find((line) => line !== '') ?? 'nothing says why';
  const gist = telling.slice(0, 200);
  return /[.!?]$/.test(gist) ? gist : `${gist}.`;
}
