import { ExternalLink, FileText, Volume2 } from 'lucide-react';
import type { ReactNode } from 'react';

import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CodeBlock } from '../../ui/CodeBlock.tsx';
import { formatBytes } from '../../ui/format.ts';
import { OutsideLink } from '../../ui/TextLink.tsx';
import { Untrusted, visibleText } from '../../ui/Untrusted.tsx';
import type { Piece } from './content.ts';
import { JsonTree } from './JsonTree.tsx';

export interface PieceViewProps {
  readonly piece: Piece;
  /** Reads a resource that a result leads to. */
  readonly onRead: (uri: string) => void;
}

/** One piece of a result. */
export function PieceView({ piece, onRead }: PieceViewProps): ReactNode {
  switch (piece.kind) {
    case 'text':
      return <TextPiece text={piece.text} />;
    case 'image':
      return (
        <figure className="flex flex-col items-start gap-1.5">
          <img
            src={piece.source}
            alt="What the tool drew"
            className="max-h-96 max-w-full rounded-lg border border-line bg-white object-contain"
          />
          <figcaption className="text-xs text-faint">
            {piece.type}, {formatBytes(piece.bytes)}
          </figcaption>
        </figure>
      );
    case 'audio':
      // The console's policy lets no media in; what is heard is kept as a file.
      return (
        <p className="flex items-center gap-2 text-sm">
          <Volume2 className="size-4 text-faint" aria-hidden />
          <a
            href={piece.source}
            download={`sound.${piece.type.split('/')[1] ?? 'bin'}`}
            className="rounded-sm text-accent hover:underline"
          >
            Keep the sound
          </a>
          <span className="text-xs text-faint">
            {piece.type}, {formatBytes(piece.bytes)}
          </span>
        </p>
      );
    case 'link':
      return (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg border border-line px-3 py-2 text-sm">
          <ExternalLink className="size-4 shrink-0 text-faint" aria-hidden />
          <span className="min-w-0 flex-1">
            <Untrusted className="font-medium">{piece.name}</Untrusted>
            <span className="block truncate text-xs text-faint">
              <OutsideLink href={piece.uri}>
                <Untrusted>{piece.uri}</Untrusted>
              </OutsideLink>
            </span>
            {piece.about !== undefined && (
              <Untrusted className="block text-xs text-soft">{piece.about}</Untrusted>
            )}
          </span>
          <Button size="small" onClick={() => onRead(piece.uri)}>
            Read it
          </Button>
        </div>
      );
    case 'resource':
      return (
        <div className="rounded-lg border border-line">
          <p className="flex items-center gap-2 border-b border-line px-3 py-1.5 text-xs text-faint">
            <FileText className="size-3.5 shrink-0" aria-hidden />
            <Untrusted className="min-w-0 flex-1 truncate">{piece.uri}</Untrusted>
            <Untrusted>{piece.type}</Untrusted>
          </p>
          <div className="p-3">
            <PieceView piece={piece.piece} onRead={onRead} />
          </div>
        </div>
      );
    case 'message':
      return (
        <div className="flex flex-col gap-1.5">
          <Badge tone="violet">{visibleText(piece.role)}</Badge>
          <PieceView piece={piece.piece} onRead={onRead} />
        </div>
      );
    case 'other':
      return <JsonTree value={piece.value} label={visibleText(piece.type)} />;
  }
}

const mostShown = 50_000;

function TextPiece({ text }: { readonly text: string }) {
  const json = asJson(text);
  if (json !== undefined) return <JsonTree value={json} label="Text that is JSON" />;
  const shown = text.slice(0, mostShown);
  return (
    <>
      <CodeBlock code={visibleText(shown)} what="the text" wrap />
      {text.length > shown.length && (
        <p className="text-xs text-faint">
          The first {mostShown.toLocaleString('en')} of {text.length.toLocaleString('en')}{' '}
          characters.
        </p>
      )}
    </>
  );
}

/** What the text is when it is JSON of some structure; undefined for all else. */
function asJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text) || text.length > 1_000_000) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
