import { Popover } from '@base-ui/react/popover';
import { CalendarRange } from 'lucide-react';

import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { TextInput } from '../../ui/TextInput.tsx';
import { type AuditSearch, ranges } from './audit-search.ts';

export interface RangeFilterProps {
  readonly search: AuditSearch;
  readonly onRange: (range: Pick<AuditSearch, 'range' | 'since' | 'until'>) => void;
}

/** How far back, or exactly from when to when. */
export function RangeFilter({ search, onRange }: RangeFilterProps) {
  const { range, since, until } = search;
  return (
    <Popover.Root>
      <Popover.Trigger
        render={
          <Button icon={<CalendarRange className="size-4" aria-hidden />}>{words(search)}</Button>
        }
      />
      <Popover.Portal>
        <Popover.Positioner sideOffset={4} align="start" className="z-50">
          <Popover.Popup
            aria-label="Time"
            className="glass-high flex w-72 flex-col gap-3 rounded-xl p-3 text-sm"
          >
            <div className="grid grid-cols-2 gap-2">
              {ranges.map(({ value, label }) => (
                <Button
                  key={value}
                  size="small"
                  variant={range === value ? 'primary' : 'secondary'}
                  aria-pressed={range === value}
                  onClick={() => onRange({ range: value, since: undefined, until: undefined })}
                >
                  {label}
                </Button>
              ))}
            </div>
            <Field label="From">
              <TextInput
                type="datetime-local"
                step={1}
                value={localOf(since)}
                onChange={(event) =>
                  onRange({ range: undefined, until, since: momentOf(event.currentTarget.value) })
                }
              />
            </Field>
            <Field label="Until">
              <TextInput
                type="datetime-local"
                step={1}
                value={localOf(until)}
                onChange={(event) =>
                  onRange({ range: undefined, since, until: momentOf(event.currentTarget.value) })
                }
              />
            </Field>
            <Button
              size="small"
              onClick={() => onRange({ range: undefined, since: undefined, until: undefined })}
            >
              Any time
            </Button>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function words({ range, since, until }: AuditSearch): string {
  const preset = ranges.find(({ value }) => value === range);
  if (preset) return preset.label;
  const short = (text: string | undefined) => {
    const time = text === undefined ? Number.NaN : Date.parse(text);
    if (Number.isNaN(time)) return undefined;
    return new Date(time).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'short' });
  };
  const [from, to] = [short(since), short(until)];
  if (from === undefined && to === undefined) return 'Any time';
  if (to === undefined) return `Since ${from}`;
  return from === undefined ? `Until ${to}` : `${from} – ${to}`;
}

/** A moment as an input shows it, in this browser's time. */
function localOf(text: string | undefined): string {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  if (Number.isNaN(time)) return '';
  return new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

function momentOf(local: string): string | undefined {
  const time = Date.parse(local);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
