import { useNow } from './use-now.ts';

const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const steps = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** "5 minutes ago", with the exact moment when pointed at. */
export function RelativeTime({
  at,
  never = 'never',
}: {
  readonly at: string | undefined;
  readonly never?: string;
}) {
  const now = useNow();
  if (at === undefined) return <span className="text-faint">{never}</span>;
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()} className="whitespace-nowrap">
      {relative(Date.parse(at), now)}
    </time>
  );
}

/** A moment in words, from `now`: epoch milliseconds. */
export function relative(at: number, now: number): string {
  const away = at - now;
  if (Math.abs(away) > 60 * 86_400_000) {
    return new Date(at).toLocaleDateString(undefined, { dateStyle: 'medium' });
  }
  for (const [unit, size] of steps) {
    if (Math.abs(away) >= size) return words.format(Math.round(away / size), unit);
  }
  if (away > 0) return 'in a moment';
  return away > -5000 ? 'just now' : `${Math.round(-away / 1000)} seconds ago`;
}
