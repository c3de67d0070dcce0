-- Previous server version may still run: new columns have defaults, new tables are its strangers.
--
-- People sign in once for all organizations that they are members of, so what they sign in with
-- belongs to no organization; better-auth reads and writes these tables.

create table users (
  id uuid constraint users_pk primary key,
  name text not null,
  -- In lower case.
  email text not null constraint users_email_key unique,
  email_verified boolean not null default false,
  image text,
  two_factor_enabled boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table user_sessions (
  id uuid constraint user_sessions_pk primary key,
  user_id uuid not null constraint user_sessions_user_fk references users (id) on delete cascade,
  -- What their cookie holds with a signature, without which it opens nothing.
  token text not null constraint user_sessions_token_key unique,
  -- How they proved who they are: password, second_factor, passkey, sso.
  method text not null default 'password',
  -- The organization that they act in.
  active_organization_id uuid,
  -- When it was last used: one that lies idle ends.
  seen_at timestamptz not null default now(),
  ip_address text,
  user_agent text,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index user_sessions_user_idx on user_sessions (user_id);

create table user_accounts (
  id uuid constraint user_accounts_pk primary key,
  user_id uuid not null constraint user_accounts_user_fk references users (id) on delete cascade,
  -- credential for a password, else the provider's id.
  provider_id text not null,
  account_id text not null,
  -- A hash.
  password text,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_accounts_provider_key unique (provider_id, account_id)
);
create index user_accounts_user_idx on user_accounts (user_id);

create table user_verifications (
  id uuid constraint user_verifications_pk primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index user_verifications_identifier_idx on user_verifications (identifier);
create index user_verifications_expires_idx on user_verifications (expires_at);

create table user_two_factors (
  id uuid constraint user_two_factors_pk primary key,
  user_id uuid not null constraint user_two_factors_user_fk references users (id) on delete cascade
    constraint user_two_factors_user_key unique,
  -- Both sealed.
  secret text not null,
  backup_codes text not null,
  verified boolean not null default false,
  failed_verification_count integer not null default 0,
  locked_until timestamptz
);

create table user_passkeys (
  id uuid constraint user_passkeys_pk primary key,
  user_id uuid not null constraint user_passkeys_user_fk references users (id) on delete cascade,
  name text,
  public_key text not null,
  credential_id text not null constraint user_passkeys_credential_key unique,
  counter bigint not null,
  device_type text not null,
  backed_up boolean not null,
  transports text,
  aaguid text,
  created_at timestamptz not null default now()
);
create index user_passkeys_user_idx on user_passkeys (user_id);

-- Links by which a password is set anew, each once.
create table password_links (
  -- SHA-256 of what the link holds.
  hash bytea constraint password_links_pk primary key constraint password_links_hash_length check (length(hash) = 32),
  user_id uuid not null constraint password_links_user_fk references users (id) on delete cascade,
  -- Whether it takes the second factor and the passkeys away too.
  resets_factors boolean not null default false,
  -- Whether it went by mail, and so proves whose address it is.
  is_mailed boolean not null default false,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index password_links_user_idx on password_links (user_id);
create index password_links_expires_idx on password_links (expires_at);

-- How often somebody tried of late, by what is limited: an account or an address, known by its keyed hash.
create table sign_in_limits (
  key bytea constraint sign_in_limits_pk primary key constraint sign_in_limits_key_length check (length(key) = 32),
  attempts integer not null,
  -- When counting begins anew.
  resets_at timestamptz not null
);
create index sign_in_limits_resets_idx on sign_in_limits (resets_at);

alter table organization_settings
  add column second_factor_required boolean not null default false;

-- A member is a user in an organization; one without a user acts through API keys alone.
alter table members
  add column user_id uuid constraint members_user_fk references users (id) on delete set null,
  add column suspended_at timestamptz,
  -- How the membership came about.
  add column source text not null default 'invitation'
    constraint members_source_check check (source in ('invitation', 'sso', 'scim')),
  add constraint members_user_key unique (organization_id, user_id);
create index members_user_idx on members (user_id);

create table invitations (
  id uuid constraint invitations_pk primary key,
  organization_id uuid not null constraint invitations_organization_fk references organizations (id) on delete cascade,
  email text not null,
  role text not null constraint invitations_role_check check (role in ('owner', 'admin', 'member', 'auditor')),
  -- The member that it is for, when there is one already.
  member_id uuid,
  hash bytea not null constraint invitations_hash_length check (length(hash) = 32),
  invited_by uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz,
  constraint invitations_hash_key unique (organization_id, hash),
  constraint invitations_member_fk foreign key (organization_id, member_id)
    references members (organization_id, id) on delete cascade
);
create index invitations_member_idx on invitations (organization_id, member_id);
create index invitations_created_idx on invitations (organization_id, created_at);

call keep_to_tenant('invitations');

-- Work for an organization sees of people its own members alone, and nothing that they sign in with.
alter table users enable row level security;
alter table users force row level security;
create policy people on users
  using (current_organization() is null) with check (current_organization() is null);
create policy members_seen on users for select using (
  exists (select from members m where m.organization_id = current_organization() and m.user_id = users.id)
);

do $$
declare
  t text;
begin
  foreach t in array array[
    'user_sessions', 'user_accounts', 'user_verifications', 'user_two_factors', 'user_passkeys', 'password_links', 'sign_in_limits'
  ] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format(
      'create policy people on %I using (current_organization() is null) with check (current_organization() is null)',
      t);
  end loop;
end $$;

-- Who has signed in sees in which organizations they are members, while working for none.
create function current_person() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('plugboard.user_id', true), '')::uuid;

create policy own on members for select
  using (current_organization() is null and user_id = current_person());
create policy own on organizations for select using (
  current_organization() is null
  and exists (select from members m where m.organization_id = organizations.id and m.user_id = current_person())
);
create policy own on organization_settings for select using (
  current_organization() is null
  and exists (
    select from members m
    where m.organization_id = organization_settings.organization_id and m.user_id = current_person()
  )
);
