import type { Level } from '@plugboard/contracts';

import type { Category, Tier } from '../catalog-meta.ts';
import type { Feature, RuntimeKind, Transport } from './query-keys.ts';

/** A tool as the catalog knows it. */
export interface MergedTool {
  readonly name: string;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly level: Level;
  /** `assumed`: neither the catalog nor the tool says, so it needs what such a tool needs. */
  readonly levelFrom: 'catalog' | 'annotations' | 'assumed';
}

/** A credential that a server wants. */
export interface MergedCredential {
  readonly key: string;
  readonly title: string;
  readonly kind: string;
  readonly required: boolean;
  /** Where one is made. */
  readonly url?: string;
}

export type ServerIcon =
  | { readonly src: string }
  | { readonly text: string; readonly color: string };

/** A server as search finds it and a card shows it: what all of its sources say, made one. */
export interface MergedServer {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The short name it goes by; undefined for all but bundled ones. */
  readonly id: string | undefined;
  readonly publisher: string;
  readonly category: Category;
  readonly tier: Tier;
  readonly verified: boolean;
  readonly transports: readonly Transport[];
  readonly runtimes: readonly RuntimeKind[];
  /** SPDX expression, or as told. */
  readonly license: string | undefined;
  readonly icon: ServerIcon;
  readonly version: string;
  readonly versions: number;
  readonly stars: number | undefined;
  /** In a month. */
  readonly downloads: number | undefined;
  readonly keywords: readonly string[];
  readonly credentials: readonly MergedCredential[];
  readonly features: readonly Feature[];
  /** ISO 8601. */
  readonly updatedAt: string | undefined;
  readonly status: 'active' | 'deprecated';
  readonly statusMessage: string | undefined;
  readonly source: string;
  readonly repositoryUrl: string | undefined;
  readonly websiteUrl: string | undefined;
  readonly tools: readonly MergedTool[];
  /** 0 to 1: how widely it is used, as far as that is known. */
  readonly popularity: number;
}
