import type { OnProgress, ProgressEvent } from './progress.ts';

/** Writes progress as lines: for people, or one JSON object each for programs. */
export function printProgress(form: 'text' | 'json', output: NodeJS.WritableStream): OnProgress {
  return (event) => {
    output.write(`${form === 'json' ? JSON.stringify(event) : asText(event)}\n`);
  };
}

function asText(event: ProgressEvent): string {
  switch (event.type) {
    case 'progress':
      return event.message;
    case 'warning':
      return `Warning: ${event.message}`;
    case 'ready':
      return readyText(event);
  }
}

function readyText({ message, ready }: Extract<ProgressEvent, { type: 'ready' }>): string {
  return [
    message,
    `  MCP endpoint  ${ready.mcpUrl}`,
    `  API           ${ready.apiUrl}`,
    ...(ready.demoTokenFile === undefined
      ? []
      : [`  Demo agent    token in ${ready.demoTokenFile}`]),
    ...(ready.ownerKeyFile === undefined
      ? []
      : [`  Owner         API key in ${ready.ownerKeyFile}`]),
    ...(ready.claimed ? [] : ['  Sign in       with the link of: plugboard owner link']),
  ].join('\n');
}
