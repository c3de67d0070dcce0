-- Previous server version may still run: all tables are new.
--
-- The catalog belongs to an organization, with its private sources and under row-level security as
-- everything else. What a source says is kept as it came; what is searched is made from it.

create extension if not exists pg_trgm;

-- Where entries come from.
create table catalog_sources (
  id uuid constraint catalog_sources_pk primary key,
  organization_id uuid not null constraint catalog_sources_organization_fk references organizations (id) on delete cascade,
  slug text not null,
  title text not null,
  kind text not null constraint catalog_sources_kind_check check (kind in ('bundled', 'registry', 'docker', 'folder')),
  -- A base URL, or a path or git URL; null for the bundled one.
  location text,
  -- Who sees its entries: admins, all members, or anybody who asks the registry API.
  audience text not null default 'members'
    constraint catalog_sources_audience_check check (audience in ('admins', 'members', 'public')),
  -- Where several sources have a server, the one with the lowest number tells of it.
  priority integer not null default 100,
  allow_private_network boolean not null default false,
  -- A bearer token for it, sealed; null without.
  sealed_token bytea,
  enabled boolean not null default true,
  -- Milliseconds between syncs; null for only when asked.
  every_ms bigint constraint catalog_sources_every_check check (every_ms >= 60000),
  -- How far an interrupted sync had come; null when there is none to go on with.
  resume jsonb,
  -- What the last complete sync saw: a moment for updated_since, a digest, or a commit.
  watermark text,
  synced_at timestamptz,
  created_at timestamptz not null default now(),
  constraint catalog_sources_slug_key unique (organization_id, slug),
  constraint catalog_sources_organization_key unique (organization_id, id)
);

-- Each sync, with how far it is or what it did.
create table catalog_syncs (
  id uuid constraint catalog_syncs_pk primary key,
  organization_id uuid not null,
  source_id uuid not null,
  state text not null constraint catalog_syncs_state_check check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  -- {"read": 0, "added": 0, "changed": 0, "removed": 0, "unchanged": 0, "refused": 0, "total": null}
  progress jsonb not null default '{}',
  -- The first of the entries refused, each with why.
  refusals jsonb not null default '[]',
  error text,
  -- Reads everything again, whatever earlier ones left.
  is_full boolean not null default false,
  -- The member who asked for it; null for the schedule.
  member_id uuid,
  queued_at timestamptz not null default now(),
  started_at timestamptz,
  -- Renewed while it runs: one that is old belongs to a process that died.
  beat_at timestamptz,
  -- Made anew by each process that takes it up: one that finds another's has lost its turn.
  claim uuid,
  ended_at timestamptz,
  constraint catalog_syncs_source_fk foreign key (organization_id, source_id)
    references catalog_sources (organization_id, id) on delete cascade
);
create index catalog_syncs_source_idx on catalog_syncs (organization_id, source_id, queued_at desc);
create unique index catalog_syncs_running_key on catalog_syncs (organization_id, source_id)
  where state in ('queued', 'running');

-- Every version of every server, as its source has it.
create table catalog_versions (
  organization_id uuid not null,
  source_id uuid not null,
  -- As in server.json: namespace/name.
  name text not null,
  version text not null,
  -- server.json as JSON text, unknown fields and all.
  document text not null,
  -- SHA-256 of document.
  digest bytea not null,
  -- SHA-256 of all that the source says of this version: the same means that nothing is to be written.
  mark bytea not null default '',
  status text not null default 'active'
    constraint catalog_versions_status_check check (status in ('active', 'deprecated', 'deleted')),
  status_message text,
  -- As the source says; at most one version of a server of a source.
  is_latest boolean not null default false,
  published_at timestamptz,
  updated_at timestamptz,
  -- The registry's own words about it (_meta of its answer), as JSON text; null without.
  registry_meta text,
  -- The README as Markdown, where the source has one.
  readme text,
  -- What is known of its tools as a JSON array of definitions or {name, description}; null without.
  tools text,
  synced_at timestamptz not null default now(),
  constraint catalog_versions_pk primary key (organization_id, source_id, name, version),
  constraint catalog_versions_source_fk foreign key (organization_id, source_id)
    references catalog_sources (organization_id, id) on delete cascade
);
create index catalog_versions_name_idx on catalog_versions (organization_id, name, version);
create index catalog_versions_updated_idx on catalog_versions (organization_id, updated_at, name, version);

do $$
declare
  t text;
begin
  foreach t in array array['catalog_sources', 'catalog_syncs', 'catalog_versions'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format(
      'create policy tenant on %I using (organization_id = current_organization()) with check (organization_id = current_organization())',
      t);
  end loop;
end $$;
