import type { Instance, OfferingView } from '@plugboard/contracts/api';
import type { ReactNode } from 'react';

import type { Column } from '../../../ui/DataTable.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import { LevelChoice } from './LevelChoice.tsx';

/** Names one among all that an instance offers. */
export function offeringKey({ kind, name }: OfferingView): string {
  return `${kind} ${name}`;
}

/** What is compared of tools. */
export function offeringColumns(
  instance: Instance,
  onOpen: (name: string) => void,
): readonly Column<OfferingView>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      width: 'minmax(10rem, 1fr)',
      cell: (offering) => <OfferingName offering={offering} onOpen={onOpen} />,
    },
    {
      id: 'about',
      header: 'What it says of itself',
      width: 'minmax(8rem, 1.6fr)',
      cell: ({ description = '' }) => (
        <bdi className="text-soft" title={description}>
          {visibleText(description)}
        </bdi>
      ),
    },
    {
      id: 'level',
      header: 'Level it needs',
      width: '13rem',
      cell: (offering) => <LevelChoice instance={instance} offering={offering} />,
    },
  ];
}

/** The same on a phone. */
export function offeringCard(
  instance: Instance,
  onOpen: (name: string) => void,
): (offering: OfferingView) => ReactNode {
  return (offering) => (
    <div className="flex flex-col gap-2 text-sm">
      <OfferingName offering={offering} onOpen={onOpen} />
      {offering.description !== undefined && (
        <p className="line-clamp-2 text-soft">
          <bdi>{visibleText(offering.description)}</bdi>
        </p>
      )}
      <LevelChoice instance={instance} offering={offering} />
    </div>
  );
}

interface OfferingNameProps {
  readonly offering: OfferingView;
  readonly onOpen: (name: string) => void;
}

function OfferingName({ offering, onOpen }: OfferingNameProps) {
  const { name, title } = offering;
  return (
    <span className="flex min-w-0 flex-col items-start">
      <button
        type="button"
        onClick={() => onOpen(name)}
        className="max-w-full truncate rounded-sm font-mono text-xs font-medium underline-offset-4 hover:underline"
      >
        <bdi>{visibleText(name)}</bdi>
      </button>
      {title !== undefined && title !== name && (
        <bdi className="max-w-full truncate text-xs text-faint">{visibleText(title)}</bdi>
      )}
    </span>
  );
}
