import { asObject } from './apps/app-message.ts';

/** One piece of a result, as it can be shown. What others sent is looked at closely before it becomes a source. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'image';
      readonly source: string;
      readonly type: string;
      readonly bytes: number;
    }
  | {
      readonly kind: 'audio';
      readonly source: string;
      readonly type: string;
      readonly bytes: number;
    }
  | {
      readonly kind: 'link';
      readonly uri: string;
      readonly name: string;
      readonly about: string | undefined;
    }
  | {
      readonly kind: 'resource';
      readonly uri: string;
      readonly type: string;
      readonly piece: Piece;
    }
  | { readonly kind: 'message'; readonly role: string; readonly piece: Piece }
  | { readonly kind: 'other'; readonly type: string; readonly value: unknown };

/** The first bytes of what browsers draw. SVG is not among them: it is a document. */
const images: readonly (readonly [type: string, test: (bytes: string) => boolean])[] = [
  ['image/png', (bytes) => bytes.startsWith('\u0089PNG\r\n\u001a\n')],
  ['image/jpeg', (bytes) => bytes.startsWith('\u00ff\u00d8\u00ff')],
  ['image/gif', (bytes) => /^GIF8[79]a/.test(bytes)],
  ['image/webp', (bytes) => bytes.startsWith('RIFF') && bytes.slice(8, 12) === 'WEBP'],
];
const sounds: readonly (readonly [type: string, test: (bytes: string) => boolean])[] = [
  ['audio/wav', (bytes) => bytes.startsWith('RIFF') && bytes.slice(8, 12) === 'WAVE'],
  ['audio/mpeg', (bytes) => bytes.startsWith('ID3') || /^\u00ff[\u00e0-\u00ff]/.test(bytes)],
  ['audio/ogg', (bytes) => bytes.startsWith('OggS')],
  ['audio/flac', (bytes) => bytes.startsWith('fLaC')],
];

const mostPieces = 100;
const mostBase64 = 20_000_000;

/** The pieces of a result of a tool, a prompt or a resource. */
export function piecesOf(result: unknown): Piece[] {
  const { content, messages, contents } = asObject(result) ?? {};
  const list = [content, messages, contents].find(Array.isArray) ?? [];
  return list.slice(0, mostPieces).map((each: unknown) => {
    const piece = asObject(each) ?? {};
    if (Array.isArray(messages)) {
      const role = typeof piece['role'] === 'string' ? piece['role'] : 'unknown';
      return { kind: 'message', role, piece: pieceOf(asObject(piece['content']) ?? {}) };
    }
    return Array.isArray(contents) ? resourceOf(piece) : pieceOf(piece);
  });
}

function pieceOf(value: Readonly<Record<string, unknown>>): Piece {
  const { type, text, data } = value;
  if (type === 'text' && typeof text === 'string') return { kind: 'text', text };
  if ((type === 'image' || type === 'audio') && typeof data === 'string') {
    return (
      mediaOf(data) ?? { kind: 'other', type: `${type} that is none`, value: shortened(value) }
    );
  }
  if (type === 'resource_link' && typeof value['uri'] === 'string') {
    const { uri, name, description } = value;
    return {
      kind: 'link',
      uri,
      name: typeof name === 'string' ? name : uri,
      about: typeof description === 'string' ? description : undefined,
    };
  }
  if (type === 'resource') return resourceOf(asObject(value['resource']) ?? {});
  return { kind: 'other', type: typeof type === 'string' ? type : 'unknown', value };
}

function resourceOf(value: Readonly<Record<string, unknown>>): Piece {
  const { uri, mimeType, text, blob } = value;
  const type = typeof mimeType === 'string' ? mimeType : 'no type';
  const about = { kind: 'resource', uri: typeof uri === 'string' ? uri : '', type } as const;
  if (typeof text === 'string') return { ...about, piece: { kind: 'text', text } };
  const media = typeof blob === 'string' ? mediaOf(blob) : undefined;
  return { ...about, piece: media ?? { kind: 'other', type, value: shortened(value) } };
}

/** What the bytes are, whatever they are said to be: only such become a `data:` address. */
function mediaOf(data: string): Piece | undefined {
  if (data.length > mostBase64 || !/^[A-Za-z0-9+/]+={0,2}$/.test(data)) return undefined;
  let first: string;
  try {
    first = atob(data.slice(0, 64).slice(0, Math.min(64, data.length - (data.length % 4))));
  } catch {
    return undefined;
  }
  const bytes = Math.floor((data.length * 3) / 4);
  for (const [kind, known] of [
    ['image', images],
    ['audio', sounds],
  ] as const) {
    const found = known.find(([, test]) => test(first));
    if (found) {
      return { kind, type: found[0], bytes, source: `data:${found[0]};base64,${data}` };
    }
  }
  return undefined;
}

/** Without what is long and says nothing to a person. */
function shortened(value: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      typeof each === 'string' && each.length > 200 ? `${each.slice(0, 200)}…` : each,
    ]),
  );
}
