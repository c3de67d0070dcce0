import { CircleCheck, CircleX, Grid3x3, RotateCcw, ShieldX } from 'lucide-react';
import { useState } from 'react';

import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Button } from '../../ui/Button.tsx';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { formatBytes, formatDuration } from '../../ui/format.ts';
import { Section } from '../../ui/Card.tsx';
import { SegmentedControl } from '../../ui/SegmentedControl.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { Untrusted, visibleText } from '../../ui/Untrusted.tsx';
import { asObject } from './apps/app-message.ts';
import type { TriedCall } from './call-history.ts';
import { asCommand, asCurl } from './copy-as.ts';
import { piecesOf } from './content.ts';
import { explainFailure } from './explain-failure.ts';
import { JsonTree } from './JsonTree.tsx';
import { PieceView } from './PieceView.tsx';

export interface CallViewProps {
  readonly tried: TriedCall;
  readonly onRead: (uri: string) => void;
  readonly onAgain: () => void;
}

const looks = {
  ok: { icon: CircleCheck, color: 'text-good', words: 'It worked' },
  tool_error: { icon: CircleX, color: 'text-bad', words: 'The tool says that it failed' },
  error: { icon: CircleX, color: 'text-bad', words: 'The server answered with an error' },
  refused: { icon: ShieldX, color: 'text-warn', words: 'Refused' },
  failed: { icon: CircleX, color: 'text-bad', words: 'It did not come to an answer' },
} as const;

/** What came of a call: its content, how long it took, and where it is on record. */
export function CallView({ tried, onRead, onAgain }: CallViewProps) {
  const { call, result, failure } = tried;
  const explained = failure && explainFailure(failure, call);
  const { icon: Icon, color, words } = looks[result?.outcome ?? explained?.kind ?? 'failed'];
  const auditSeq = result?.auditSeq ?? numberOf(failure?.details['auditSeq']);
  return (
    <Section
      title={
        <span className="flex items-center gap-2" role="status">
          <Icon className={`size-4.5 ${color}`} aria-hidden />
          {words}
        </span>
      }
      about={
        <span className="flex flex-wrap gap-x-3 tabular-nums">
          <Untrusted>{call.name}</Untrusted>
          {result && <span>{formatDuration(result.durationMs)}</span>}
          {result && <span>{formatBytes(sizeOf(result.result ?? result.error))}</span>}
          {auditSeq !== undefined && (
            <TextLink to="/audit/$seq" params={{ seq: String(auditSeq) }} className="underline">
              record {auditSeq}
            </TextLink>
          )}
        </span>
      }
      actions={
        <>
          <Button
            size="small"
            icon={<RotateCcw className="size-4" aria-hidden />}
            onClick={onAgain}
          >
            Again
          </Button>
          <CopyButton wide text={asCurl(call, location.origin)} what="as curl" />
          <CopyButton wide text={asCommand(call)} what="as a command" />
        </>
      }
    >
      {explained && (
        <div className="flex flex-col items-start gap-3 text-sm">
          <p className="[overflow-wrap:anywhere]">
            <bdi>{visibleText(failure.message)}</bdi>
          </p>
          <p className="text-soft">{explained.advice}</p>
          {explained.kind === 'refused' && (
            <ButtonLink
              to="/matrix"
              search={{ agent: call.agent, instance: call.instance }}
              icon={<Grid3x3 className="size-4" aria-hidden />}
            >
              Look at what it may use
            </ButtonLink>
          )}
        </div>
      )}
      {result && <Result tried={tried} onRead={onRead} />}
    </Section>
  );
}

function Result({ tried, onRead }: Pick<CallViewProps, 'tried' | 'onRead'>) {
  const [as, setAs] = useState<'content' | 'structured' | 'json'>('content');
  const { result } = tried;
  if (!result) return null;
  if (result.error) return <JsonTree value={result.error} label="The error" />;
  const structured = asObject(result.result)?.['structuredContent'];
  const pieces = piecesOf(result.result);
  return (
    <div className="flex flex-col gap-3">
      <div>
        <SegmentedControl
          label="Show the result as"
          value={as}
          onValue={setAs}
          options={[
            { value: 'content', label: 'Content' },
            ...(structured === undefined
              ? []
              : [{ value: 'structured' as const, label: 'Structured' }]),
            { value: 'json', label: 'All as JSON' },
          ]}
        />
      </div>
      {as === 'json' ? (
        <JsonTree value={result.result} label="The result" />
      ) : as === 'structured' ? (
        <JsonTree value={structured} label="Structured content" />
      ) : pieces.length === 0 ? (
        <p className="text-sm text-soft">It answered with no content.</p>
      ) : (
        pieces.map((piece, position) => <PieceView key={position} piece={piece} onRead={onRead} />)
      )}
    </div>
  );
}

function sizeOf(value: unknown): number {
  return value === undefined ? 0 : new Blob([JSON.stringify(value)]).size;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
