import { ArrowUp } from 'lucide-react';

import { Button } from '../../ui/Button.tsx';
import { mostNew } from './use-audit-list.ts';

export interface NewRecordsButtonProps {
  readonly count: number;
  readonly onShow: () => void;
}

/** Says how many records came since the list was read. It does not move under who reads it. */
export function NewRecordsButton({ count, onShow }: NewRecordsButtonProps) {
  return (
    <div role="status" className="sticky top-16 z-10 -my-2.5 flex justify-center empty:hidden">
      {count > 0 && (
        <Button
          variant="primary"
          size="small"
          className="rounded-full"
          icon={<ArrowUp className="size-4" aria-hidden />}
          onClick={() => {
            scrollTo({ top: 0 });
            onShow();
          }}
        >
          {count >= mostNew ? `${mostNew} or more` : count} new
        </Button>
      )}
    </div>
  );
}
