import { Select } from '../ui/Select.tsx';

/** How long something holds from when it is set. */
export type Duration = 'always' | 'hour' | 'day' | 'week' | 'month';

const hourMs = 3_600_000;
const lengths: Readonly<Record<Exclude<Duration, 'always'>, number>> = {
  hour: hourMs,
  day: 24 * hourMs,
  week: 7 * 24 * hourMs,
  month: 30 * 24 * hourMs,
};

/** When it ends, set now; undefined for never. */
export function endOf(duration: Duration): string | undefined {
  return duration === 'always' ? undefined : new Date(Date.now() + lengths[duration]).toISOString();
}

export interface ExpirySelectProps {
  readonly value: Duration;
  readonly onValue: (value: Duration) => void;
  readonly label?: string;
  readonly className?: string;
}

/** Until when a grant holds. */
export function ExpirySelect({ value, onValue, label, className }: ExpirySelectProps) {
  return (
    <Select<Duration>
      {...(label !== undefined && { label })}
      {...(className !== undefined && { className })}
      value={value}
      onValue={onValue}
      options={[
        { value: 'always', label: 'until taken back' },
        { value: 'hour', label: 'for an hour' },
        { value: 'day', label: 'for a day' },
        { value: 'week', label: 'for a week' },
        { value: 'month', label: 'for 30 days' },
      ]}
    />
  );
}
