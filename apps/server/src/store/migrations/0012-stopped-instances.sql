-- Previous server version may still run: it does not know of stopped instances, and would start them.
--
-- An instance that somebody stopped runs nowhere until somebody starts it again. What was last heard
-- of its use and of newer versions is kept, and how much it offers, so that lists need not ask for it.

alter table instances
  add column stopped_at timestamptz,
  -- The last use of any copy, written now and then.
  add column last_used_at timestamptz,
  -- A newer version as the registry or the catalog last told, and the version that it is newer than.
  add column newer_version text,
  add column newer_than text,
  -- How much it offers of each kind, as of a defined_at: a previous server version does not count.
  add column offers jsonb,
  add column offers_at timestamptz,
  add constraint instances_newer_check check ((newer_version is null) = (newer_than is null));
