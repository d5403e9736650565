-- A list by name starts from its index on every page. Row-level security lets only leak-proof conditions near an index:
-- comparing a stored column is one, comparing the expression lower(display_name) was not, so everybody before a page was
-- read and dropped.
alter table members add column sort_name text generated always as (lower(display_name)) stored;
drop index members_by_name;
create index members_by_name on members (tenant_id, sort_name, customer_id);
