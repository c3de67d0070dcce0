/** The legacy protocol versions this package speaks, newest first. */
export const legacyVersions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;

export type LegacyVersion = (typeof legacyVersions)[number];

export const latestLegacyVersion: LegacyVersion = legacyVersions[0];

/** What a request without an `MCP-Protocol-Version` header is taken for (spec 2025-06-18, transports). */
export const assumedVersion: LegacyVersion = '2025-03-26';

export function isLegacyVersion(version: string): version is LegacyVersion {
  return (legacyVersions as readonly string[]).includes(version);
}

/** The version a server answers `initialize` with: the one asked for if it has it, else its newest. */
export function negotiateVersion(requested: string): LegacyVersion {
  return isLegacyVersion(requested) ? requested : latestLegacyVersion;
}
