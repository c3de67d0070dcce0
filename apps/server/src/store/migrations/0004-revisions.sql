-- Previous server version may still run: new columns have defaults, new tables are its strangers.

alter table instances
  -- The server.json it was installed from, as JSON text; null when it was named by package or URL alone.
  add column entry text,
  -- What was asked for (InstanceSettings), without secrets.
  add column settings jsonb not null default '{}',
  -- What was installed: {"type": "npm", "name", "version", "integrity"} or {"type": "mcpb", "sha256"}; null for a remote.
  add column package jsonb,
  add column revision integer not null default 1;

-- What an instance was at each time: version and configuration together, complete, so that any of
-- them can be gone back to. Those of an instance from before this table begin with its next change.
create table instance_revisions (
  organization_id uuid not null,
  instance_id uuid not null,
  revision integer not null constraint instance_revisions_revision_check check (revision > 0),
  reason text not null constraint instance_revisions_reason_check
    check (reason in ('installed', 'updated', 'configured', 'inherited', 'rolled_back', 'applied', 'restored')),
  version text not null,
  entry text,
  settings jsonb not null,
  package jsonb,
  -- What came of it, as instances.launch.
  launch jsonb not null,
  sealed_secrets jsonb not null,
  -- What they came to, as in instances.
  idle_ms integer not null,
  start_timeout_ms integer not null,
  -- Kind, name and hash of each offering as it listed them then: [["tool", "echo", "<hex>"]].
  contract jsonb not null,
  -- The member who made it; null for Plugboard itself.
  member_id uuid,
  note text,
  created_at timestamptz not null default now(),
  constraint instance_revisions_pk primary key (organization_id, instance_id, revision),
  constraint instance_revisions_instance_fk foreign key (organization_id, instance_id)
    references instances (organization_id, id) on delete cascade
);

-- Settings of a server for all of its instances in an environment: dev is inherited by staging,
-- staging by prod. Secrets are never inherited and have no place here.
create table configuration_layers (
  organization_id uuid not null constraint configuration_layers_organization_fk references organizations (id) on delete cascade,
  server_name text not null,
  environment text not null constraint configuration_layers_environment_check check (environment in ('dev', 'staging', 'prod')),
  revision integer not null constraint configuration_layers_revision_check check (revision > 0),
  settings jsonb not null,
  member_id uuid,
  note text,
  created_at timestamptz not null default now(),
  -- The newest revision is in force; earlier ones are its history.
  constraint configuration_layers_pk primary key (organization_id, server_name, environment, revision)
);

-- Named settings of a server, to begin with.
create table configuration_templates (
  id uuid constraint configuration_templates_pk primary key,
  organization_id uuid not null constraint configuration_templates_organization_fk references organizations (id) on delete cascade,
  slug text not null,
  title text not null,
  server_name text not null,
  settings jsonb not null,
  member_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint configuration_templates_slug_key unique (organization_id, server_name, slug)
);

create table organization_settings (
  organization_id uuid constraint organization_settings_pk primary key
    constraint organization_settings_organization_fk references organizations (id) on delete cascade,
  -- {"allow": ["MIT", …] | null, "deny": [], "unknown": "allow" | "warn" | "refuse"}; null for all allowed, unknown warned of.
  licence_policy jsonb
);

do $$
declare
  t text;
begin
  foreach t in array array[
    'instance_revisions', 'configuration_layers', 'configuration_templates', 'organization_settings'
  ] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format(
      'create policy tenant on %I using (organization_id = current_organization()) with check (organization_id = current_organization())',
      t);
  end loop;
end $$;
