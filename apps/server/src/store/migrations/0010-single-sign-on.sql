-- Previous server version may still run: new columns have defaults, new tables are its strangers.

-- Identity providers by which an organization's people sign in.
create table sso_providers (
  organization_id uuid not null constraint sso_providers_organization_fk references organizations (id) on delete cascade,
  id uuid not null,
  slug text not null,
  title text not null,
  kind text not null constraint sso_providers_kind_check check (kind in ('oidc', 'saml')),
  -- A test must have succeeded before it is.
  enabled boolean not null default false,
  tested_at timestamptz,
  -- What is not secret of it: issuer and metadata, or entity id, address and certificates.
  settings jsonb not null,
  -- The client secret, under the organization's key.
  sealed_secret bytea,
  -- Of who comes for the first time and whom no rule speaks of; null: they are not let in.
  default_role text constraint sso_providers_role_check check (default_role in ('owner', 'admin', 'member', 'auditor')),
  -- [{"group": "…", "role": "…"}], the first that fits.
  role_rules jsonb not null default '[]',
  -- Whether it may sign in owners, and make them.
  allow_owners boolean not null default false,
  created_at timestamptz not null default now(),
  constraint sso_providers_pk primary key (organization_id, id),
  constraint sso_providers_slug_key unique (organization_id, slug)
);

-- For which addresses' domains a provider may speak.
create table sso_domains (
  organization_id uuid not null,
  domain text not null,
  provider_id uuid not null,
  -- What the DNS record must hold.
  token text not null,
  verified_at timestamptz,
  verified_by text constraint sso_domains_by_check check (verified_by in ('dns', 'owner')),
  created_at timestamptz not null default now(),
  constraint sso_domains_pk primary key (organization_id, domain),
  constraint sso_domains_provider_fk foreign key (organization_id, provider_id)
    references sso_providers (organization_id, id) on delete cascade
);
create index sso_domains_provider_idx on sso_domains (organization_id, provider_id);
-- A domain is one organization's.
create unique index sso_domains_verified_key on sso_domains (domain) where verified_at is not null;

-- Whom a provider knows by which name.
create table sso_identities (
  organization_id uuid not null,
  provider_id uuid not null,
  subject text not null,
  user_id uuid not null constraint sso_identities_user_fk references users (id) on delete cascade,
  created_at timestamptz not null default now(),
  constraint sso_identities_pk primary key (organization_id, provider_id, subject),
  constraint sso_identities_provider_fk foreign key (organization_id, provider_id)
    references sso_providers (organization_id, id) on delete cascade
);
create index sso_identities_user_idx on sso_identities (user_id);

-- Sign-ins under way, each for one browser and once.
create table sso_attempts (
  organization_id uuid not null,
  id uuid not null,
  provider_id uuid not null,
  purpose text not null constraint sso_attempts_purpose_check check (purpose in ('sign_in', 'test')),
  -- SHA-256 of what the provider has to send back: a state, or the id of a SAML request.
  request_hash bytea not null,
  -- SHA-256 of the cookie of the browser that began; null before a test's link is opened.
  browser_hash bytea,
  -- SHA-256 of what leads on from a SAML answer.
  finish_hash bytea,
  -- What is needed to go on, and then what the provider said.
  sealed bytea not null,
  answered_at timestamptz,
  finished_at timestamptz,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  constraint sso_attempts_pk primary key (organization_id, id),
  constraint sso_attempts_request_key unique (organization_id, request_hash),
  constraint sso_attempts_provider_fk foreign key (organization_id, provider_id)
    references sso_providers (organization_id, id) on delete cascade
);
create index sso_attempts_provider_idx on sso_attempts (organization_id, provider_id);
create index sso_attempts_expires_idx on sso_attempts (organization_id, expires_at);

-- Whether nothing but its own provider opens the organization to people.
alter table organization_settings add column sso_required boolean not null default false;

-- Which organization's provider spoke for the person: the session opens that organization alone.
alter table user_sessions
  add column sso_organization_id uuid,
  add column sso_provider_id uuid;

call keep_to_tenant('sso_providers', 'sso_domains', 'sso_identities', 'sso_attempts');

-- While nobody is known, whose a proved domain is can be asked of one domain at a time.
create policy asked on sso_domains for select using (
  current_organization() is null
  and verified_at is not null
  and domain = nullif(current_setting('plugboard.sso_domain', true), '')
);

-- Who has signed in sees, while working for no organization, the providers of their own ones.
create policy own on sso_providers for select using (
  current_organization() is null
  and exists (
    select from members m
    where m.organization_id = sso_providers.organization_id and m.user_id = current_person()
  )
);
