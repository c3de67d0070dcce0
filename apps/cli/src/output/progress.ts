import type { Session } from '../session.ts';

export interface ProgressEvent {
  readonly type: 'progress' | 'warning';
  readonly message: string;
}

export interface ProgressDisplay {
  tell(event: ProgressEvent): void;
  /** Takes the last line away; what comes next may be printed. */
  end(): void;
}

const eraseLine = '\r\u001b[2K';

/**
 * Shows what is being done: on a terminal as one line that changes, elsewhere as lines, with --json as
 * JSON lines on stdout. Warnings stay.
 */
export function drawProgress({ json, terminal, style }: Session): ProgressDisplay {
  if (json) {
    return { tell: (event) => void terminal.out(`${JSON.stringify(event)}\n`), end: () => {} };
  }
  let shown = false;
  const told = new Set<string>();
  const end = (): void => {
    if (shown) terminal.err(eraseLine);
    shown = false;
  };
  return {
    end,
    tell({ type, message }) {
      end();
      if (type === 'warning') terminal.err(`${style.warn('!')} ${message}\n`);
      else if (terminal.interactive) {
        // A line that wraps could not be taken away again.
        const width = Math.max(10, (terminal.columns?.() || 80) - 3);
        const line = message.length > width ? `${message.slice(0, width - 1)}…` : message;
        terminal.err(`${style.name('◌')} ${line}`);
        shown = true;
      } else {
        // In a log, a count that goes up is told once.
        const gist = message.replaceAll(/\d+/g, '#');
        if (!told.has(gist)) terminal.err(`${message}\n`);
        told.add(gist);
      }
    },
  };
}
