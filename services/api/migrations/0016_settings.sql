-- A business changes what it is called and how it works. Two people at its settings never overwrite each other unseen: they
-- have a version, like every record that several may have open. It rises with the change itself, so that one made by hand in
-- SQL is noticed as well.

alter table tenants add column version bigint not null default 1;

create function count_settings_version() returns trigger
language plpgsql
as $$
begin
  new.version := old.version + 1;
  return new;
end $$;

create trigger settings_version before update on tenants
for each row when ((old.name, old.settings) is distinct from (new.name, new.settings))
execute function count_settings_version();

-- Never the id: it is in tokens, rooms and events.
grant update (name, settings) on tenants to loyalty_app;
