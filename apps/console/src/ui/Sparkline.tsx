export interface SparklineProps {
  /** What it shows, in words with its numbers: it is read out in place of the picture. */
  readonly label: string;
  readonly values: readonly number[];
  readonly className?: string;
}

/** How a number went, without axes. */
export function Sparkline({ label, values, className = 'h-10 w-full' }: SparklineProps) {
  const most = Math.max(1, ...values);
  const width = Math.max(1, values.length - 1);
  const points = values.map((value, x) => `${x},${20 - (value / most) * 18}`).join(' ');
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} 21`}
      preserveAspectRatio="none"
      className={className}
    >
      <polygon points={`0,21 ${points} ${width},21`} className="fill-accent-soft" />
      <polyline
        points={points}
        fill="none"
        className="stroke-accent"
        strokeWidth={1.5}
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
