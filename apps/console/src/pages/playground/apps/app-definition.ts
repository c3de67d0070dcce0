import { asObject } from './app-message.ts';

/** Where a tool's App is: the URI of its HTML, by the key of today or the one before. */
export function appUriOf(definition: unknown): string | undefined {
  const meta = asObject(asObject(definition)?.['_meta']);
  const uri = asObject(meta?.['ui'])?.['resourceUri'] ?? meta?.['ui/resourceUri'];
  return typeof uri === 'string' && uri.startsWith('ui://') ? uri : undefined;
}

/** Whether an App may call the tool: unless its server keeps it for models. */
export function isForApps(definition: unknown): boolean {
  const visibility = asObject(asObject(asObject(definition)?.['_meta'])?.['ui'])?.['visibility'];
  return !Array.isArray(visibility) || visibility.includes('app');
}

const mostHtml = 5 * 1024 * 1024;

export interface AppDocument {
  readonly html: string;
  /** Hosts that it wants to reach, and is not let to. */
  readonly wants: readonly string[];
}

/** The App in what reading its resource answered. Throws an `Error` with words for people when there is none. */
export function readAppDocument(result: unknown): AppDocument {
  const contents = asObject(result)?.['contents'];
  const content = asObject(Array.isArray(contents) ? contents[0] : undefined);
  const type = content?.['mimeType'];
  if (!content || typeof type !== 'string' || !/^text\/html(?:;|$)/i.test(type)) {
    throw new Error('What the server answered is no App: its type is not text/html.');
  }
  const html = textOf(content);
  if (html === undefined) throw new Error('The App is empty, or is no text.');
  if (html.length > mostHtml) throw new Error('The App is larger than 5 MB.');
  const csp = asObject(asObject(asObject(content['_meta'])?.['ui'])?.['csp']);
  const wants = ['connectDomains', 'resourceDomains', 'frameDomains'].flatMap((key) => {
    const list = csp?.[key];
    return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : [];
  });
  return { html, wants: [...new Set(wants)].slice(0, 20) };
}

function textOf(content: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof content['text'] === 'string') return content['text'];
  if (typeof content['blob'] !== 'string') return undefined;
  try {
    const bytes = Uint8Array.from(atob(content['blob']), (letter) => letter.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    return undefined;
  }
}
