-- Previous server version may still run: new tables are its strangers.

-- What an organization knows of a service beyond the data that Plugboard brings: its own client there, or a whole OIDC provider.
create table oauth_providers (
  id uuid constraint oauth_providers_pk primary key,
  organization_id uuid not null constraint oauth_providers_organization_fk references organizations (id) on delete cascade,
  -- As in Plugboard's data (github, google, …), or a new one.
  slug text not null,
  title text not null,
  -- Which of Plugboard's data it follows; null for one known by its issuer.
  definition text,
  issuer text,
  -- What addresses of its definition depend on: {"host": "gitlab.example.com"}.
  variables jsonb not null default '{}',
  scopes text[],
  allow_private_network boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint oauth_providers_known_check check ((definition is null) <> (issuer is null)),
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
  -- Since when connections are made with another; those made with it go on with it.
  replaced_at timestamptz,
  constraint oauth_clients_organization_key unique (organization_id, id),
  constraint oauth_clients_provider_fk foreign key (organization_id, provider_id)
    references oauth_providers (organization_id, id) on delete cascade
);
create unique index oauth_clients_issuer_key on oauth_clients
  (organization_id, issuer, method, coalesce(provider_id, organization_id)) where replaced_at is null;
create index oauth_clients_provider_idx on oauth_clients (organization_id, provider_id);

-- A credential obtained by OAuth: what is known of it besides its tokens, which are its credential's.
create table connections (
  -- Its credential's id as well.
  id uuid constraint connections_pk primary key,
  organization_id uuid not null,
  credential_id uuid not null,
  provider text,
  issuer text not null,
  -- The authorization server's metadata (RFC 8414), as it was when this was connected.
  server jsonb not null default '{}',
  -- The MCP server or API that its tokens are for (RFC 8707); null where the provider has no such thing.
  resource text,
  oauth_client_id uuid not null,
  -- authorization_code, client_credentials, jwt_bearer (ID-JAG).
  grant_type text not null
    constraint connections_grant_check check (grant_type in ('authorization_code', 'client_credentials', 'jwt_bearer')),
  -- For an ID-JAG: the connection to the identity provider that vouches for the person.
  identity_id uuid,
  scopes text[] not null default '{}',
  -- What a server asked for beyond that, to be granted at the next sign-in.
  wanted_scopes text[] not null default '{}',
  allow_private_network boolean not null default false,
  -- Whose account there: {"id", "name"}; null where the service does not tell.
  account jsonb,
  state text not null constraint connections_state_check check (state in ('connected', 'needs_sign_in', 'revoked')),
  -- Why it needs sign-in, as a code.
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
  constraint connections_id_check check (id = credential_id),
  constraint connections_identity_fk foreign key (organization_id, identity_id)
    references connections (organization_id, id) on delete set null (identity_id),
  constraint connections_credential_fk foreign key (organization_id, credential_id)
    references credentials (organization_id, id) on delete cascade,
  constraint connections_client_fk foreign key (organization_id, oauth_client_id)
    references oauth_clients (organization_id, id)
);
create index connections_identity_idx on connections (organization_id, identity_id);
create index connections_client_idx on connections (organization_id, oauth_client_id);
create index connections_refresh_idx on connections (organization_id, refresh_at) where state = 'connected';

-- Who renews a connection's tokens, or did when it was last heard of: no transaction waits for a provider.
create table connection_refreshes (
  organization_id uuid not null,
  connection_id uuid not null,
  -- One attempt of one process; null when it ended.
  holder uuid,
  -- The version of the credential that it spends.
  version integer not null,
  held_until timestamptz not null,
  -- Whether an earlier attempt on this version ended unknown: its refresh token may be spent already.
  unsure boolean not null default false,
  constraint connection_refreshes_pk primary key (organization_id, connection_id),
  constraint connection_refreshes_connection_fk foreign key (organization_id, connection_id)
    references connections (organization_id, id) on delete cascade
);

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

-- Authorizations under way and how they ended. Each is used once.
create table authorization_requests (
  id uuid constraint authorization_requests_pk primary key,
  organization_id uuid not null constraint authorization_requests_organization_fk references organizations (id) on delete cascade,
  -- SHA-256 of state, which there is from when the member has said yes until it comes back.
  state_hash bytea constraint authorization_requests_state_length check (length(state_hash) = 32),
  member_id uuid not null,
  -- SHA-256 of what the browser that began it must bring back.
  browser_hash bytea,
  -- The rest, sealed: verifier, nonce, issuer, client, what is connected, where to go on.
  sealed bytea not null,
  -- The connection that it renews or made, and otherwise why there is none, as a code.
  connection_id uuid,
  failure text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
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

call keep_to_tenant(
  'oauth_providers', 'oauth_clients', 'connections', 'connection_refreshes', 'connection_agents', 'authorization_requests', 'connection_consents'
);
