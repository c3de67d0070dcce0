-- Previous server version may still run: new tables are its strangers.

-- What an organization knows of a service beyond the data that Plugboard brings: its own client there, or a whole OIDC provider.
create table oauth_providers (
  id uuid constraint oauth_providers_pk primary key,
  organization_id uuid not null constraint oauth_providers_organization_fk references organizations (id) on delete cascade,
  -- As in Plugboard's data (github, google, …), or a new one.
  slug text not null,
  title text not null,
  -- Null for one of Plugboard's data.
  issuer text,
  scopes text[],
  allow_private_network boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint oauth_providers_slug_key unique (organization_id, slug),
  constraint oauth_providers_organization_key unique (organization_id, id)
);

-- Plugboard's registrations as a client, one for each authorization server: never used at another.
create table oauth_clients (
  id uuid constraint oauth_clients_pk primary key,
  organization_id uuid not null constraint oauth_clients_organization_fk references organizations (id) on delete cascade,
  issuer text not null,
  method text not null constraint oauth_clients_method_check check (method in ('preregistered', 'cimd', 'dcr')),
  client_id text not null,
  -- {"client_secret", "private_key", "registration_access_token"} as JSON, sealed with the organization's key.
  sealed_secrets bytea,
  -- What was registered, and how it authenticates: no secrets.
  metadata jsonb not null default '{}',
  provider_id uuid,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  constraint oauth_clients_organization_key unique (organization_id, id),
  constraint oauth_clients_provider_fk foreign key (organization_id, provider_id)
    references oauth_providers (organization_id, id) on delete cascade
);
create unique index oauth_clients_issuer_key on oauth_clients (organization_id, issuer, method, coalesce(provider_id, organization_id));
create index oauth_clients_provider_idx on oauth_clients (organization_id, provider_id);

-- A credential obtained by OAuth: what is known of it besides its tokens, which are its credential's.
create table connections (
  id uuid constraint connections_pk primary key,
  organization_id uuid not null,
  credential_id uuid not null,
  provider text,
  issuer text not null,
  -- The MCP server or API that its tokens are for (RFC 8707); null where the provider has no such thing.
  resource text,
  oauth_client_id uuid not null,
  -- authorization_code, client_credentials, jwt_bearer (ID-JAG).
  grant_type text not null,
  scopes text[] not null default '{}',
  -- Whose account there: {"id", "name"}; null where the service does not tell.
  account jsonb,
  state text not null constraint connections_state_check check (state in ('connected', 'needs_sign_in', 'revoked')),
  -- A code, and words for a person.
  reason text,
  -- When the access token ends, and from when on it is refreshed; null where it does not end.
  access_expires_at timestamptz,
  refresh_at timestamptz,
  -- Failures since the last refresh that succeeded, and when to try again.
  failures integer not null default 0,
  retry_at timestamptz,
  refreshed_at timestamptz,
  -- What an agent asked for and could not get since it needs sign-in.
  blocked_calls integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint connections_organization_key unique (organization_id, id),
  constraint connections_credential_key unique (organization_id, credential_id),
  constraint connections_credential_fk foreign key (organization_id, credential_id)
    references credentials (organization_id, id) on delete cascade,
  constraint connections_client_fk foreign key (organization_id, oauth_client_id)
    references oauth_clients (organization_id, id)
);
create index connections_client_idx on connections (organization_id, oauth_client_id);
create index connections_refresh_idx on connections (organization_id, refresh_at) where state = 'connected';

-- Which agents may use a member's connection. One of an organization is for whom its instances are granted to.
create table connection_agents (
  organization_id uuid not null,
  connection_id uuid not null,
  agent_id uuid not null,
  member_id uuid,
  created_at timestamptz not null default now(),
  constraint connection_agents_pk primary key (organization_id, connection_id, agent_id),
  constraint connection_agents_connection_fk foreign key (organization_id, connection_id)
    references connections (organization_id, id) on delete cascade,
  constraint connection_agents_agent_fk foreign key (organization_id, agent_id)
    references agents (organization_id, id) on delete cascade
);
create index connection_agents_agent_idx on connection_agents (organization_id, agent_id);

-- Authorizations under way. Each is used once.
create table authorization_requests (
  id uuid constraint authorization_requests_pk primary key,
  organization_id uuid not null constraint authorization_requests_organization_fk references organizations (id) on delete cascade,
  -- SHA-256 of state.
  state_hash bytea not null constraint authorization_requests_state_length check (length(state_hash) = 32),
  member_id uuid not null,
  -- SHA-256 of what the browser that began it must bring back.
  browser_hash bytea,
  -- The rest, sealed: verifier, nonce, issuer, client, what is connected, where to go on.
  sealed bytea not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  constraint authorization_requests_state_key unique (organization_id, state_hash),
  constraint authorization_requests_member_fk foreign key (organization_id, member_id)
    references members (organization_id, id) on delete cascade
);
create index authorization_requests_member_idx on authorization_requests (organization_id, member_id);
create index authorization_requests_expires_idx on authorization_requests (organization_id, expires_at);

-- What members said yes to on Plugboard's own consent page, where many share one client id.
create table connection_consents (
  organization_id uuid not null,
  member_id uuid not null,
  issuer text not null,
  client_id text not null,
  redirect_uri text not null,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  constraint connection_consents_pk primary key (organization_id, member_id, issuer, client_id, redirect_uri),
  constraint connection_consents_member_fk foreign key (organization_id, member_id)
    references members (organization_id, id) on delete cascade
);

do $$
declare
  t text;
begin
  foreach t in array array[
    'oauth_providers', 'oauth_clients', 'connections', 'connection_agents', 'authorization_requests', 'connection_consents'
  ] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format(
      'create policy tenant on %I using (organization_id = current_organization()) with check (organization_id = current_organization())',
      t);
  end loop;
end $$;
