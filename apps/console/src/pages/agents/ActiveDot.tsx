/** That an agent is at work now. */
export function ActiveDot() {
  return (
    <span className="inline-flex items-center gap-1.5 text-xs font-medium text-good">
      <span className="relative flex size-2" aria-hidden>
        <span className="absolute inline-flex size-full animate-ping rounded-full bg-good opacity-60" />
        <span className="relative inline-flex size-2 rounded-full bg-good" />
      </span>
      active
    </span>
  );
}
