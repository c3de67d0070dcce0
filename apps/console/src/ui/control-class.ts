/** How text fields and what stands in their row look. */
export const controlClass =
  'control min-w-0 rounded-lg border border-line-strong/60 bg-raised px-3 text-sm text-ink placeholder:text-faint hover:border-line-strong data-[invalid]:border-bad aria-[invalid=true]:border-bad disabled:opacity-60';
