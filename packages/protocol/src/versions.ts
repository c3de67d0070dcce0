/** The legacy protocol versions this package speaks, newest first. */
export const legacyVersions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;

export type LegacyVersion = (typeof legacyVersions)[number];

export const latestLegacyVersion: LegacyVersion = legacyVersions[0];

/** What a request without an `MCP-Protocol-Version` header is taken for (spec 2025-06-18, transports). */
export const assumedVersion: LegacyVersion = '2025-03-26';

/** The modern protocol versions this package speaks, newest first. */
export const modernVersions = ['2026-07-28'] as const;

export type ModernVersion = (typeof modernVersions)[number];

export const latestModernVersion: ModernVersion = modernVersions[0];

/** Legacy protocol: `initialize` and sessions. Modern: every request stands for itself. */
export type Era = 'legacy' | 'modern';

export function isModernVersion(version: string): version is ModernVersion {
  return (modernVersions as readonly string[]).includes(version);
}

export function isLegacyVersion(version: string): version is LegacyVersion {
  return (legacyVersions as readonly string[]).includes(version);
}

/** The version a server answers `initialize` with: the one asked for if it has it, else its newest. */
export function negotiateVersion(requested: string): LegacyVersion {
  return isLegacyVersion(requested) ? requested : latestLegacyVersion;
}
