const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** A length of time in its largest unit: `3d`, `12m`, `850ms`. */
export function presentDuration(milliseconds: number): string {
  const unit = units.find(([, size]) => milliseconds >= size * 0.995);
  return unit === undefined
    ? `${Math.round(milliseconds)}ms`
    : `${Math.round(milliseconds / unit[1])}${unit[0]}`;
}

/** A moment as seen from `now`: `3d ago`, `in 12m`. Empty for none. */
export function presentMoment(moment: string | undefined, now = Date.now()): string {
  if (moment === undefined) return '';
  const distance = Date.parse(moment) - now;
  if (Math.abs(distance) < 1000) return 'now';
  return distance > 0 ? `in ${presentDuration(distance)}` : `${presentDuration(-distance)} ago`;
}
