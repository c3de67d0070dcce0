const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const plain = new Intl.NumberFormat('en');

/** 1,234. */
export function formatNumber(value: number): string {
  return plain.format(value);
}

/** 1.2K. */
export function formatCompact(value: number): string {
  return compact.format(value);
}

/** Milliseconds as 12 ms, 1.2 s or 2 min. */
export function formatDuration(ms: number): string {
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Math.round(ms / 100) / 10} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/** Bytes as 12 KB or 3.4 MB. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const kilobytes = bytes / 1024;
  if (kilobytes < 1000) return `${Math.round(kilobytes)} KB`;
  const megabytes = kilobytes / 1024;
  if (megabytes < 1000) return `${Math.round(megabytes * 10) / 10} MB`;
  return `${Math.round((megabytes / 1024) * 10) / 10} GB`;
}

/** "1 tool", "3 tools". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}
