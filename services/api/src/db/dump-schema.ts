import pg from 'pg'

/**
 * The schema of a database as text, from the system catalogue: what all migrations together have made, in one place to read
 * and to compare. Partitions, which come and go by date, are left out.
 */
export async function dumpSchema(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('set search_path = pg_catalog, public')
    const sections: string[] = []
    for (const query of [TYPES, TABLES, INDEXES, POLICIES, FUNCTIONS, TRIGGERS, VIEWS]) {
      const { rows } = await client.query<{ text: string }>(query)
      sections.push(...rows.map(({ text }) => text.trim()))
    }
    return `${HEADER}\n${sections.join('\n\n')}\n`
  } finally {
    await client.end()
  }
}

const HEADER = '-- Made by npm run db:dump-schema from all migrations; a test compares. Change migrations, not this.\n'

const TYPES = `
  select format(E'create type %I as (\\n%s\\n);', t.typname,
    string_agg(format('  %I %s', a.attname, format_type(a.atttypid, a.atttypmod)), E',\\n' order by a.attnum)) as text
  from pg_type t
  join pg_class c on c.oid = t.typrelid and c.relkind = 'c'
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
  where t.typnamespace = 'public'::regnamespace
  group by t.typname
  order by t.typname`

const GRANTS = `
  (select string_agg(format(E'\\ngrant %s on %I to %s;', privileges, c.relname, grantee), '' order by grantee)
   from (
     select case when g.grantee = 0 then 'public' else g.grantee::regrole::text end as grantee,
       string_agg(lower(g.privilege_type), ', ' order by g.privilege_type) as privileges
     from aclexplode(c.relacl) g
     where g.grantee <> c.relowner
     group by 1
   ) granted)`

const TABLES = `
  select format(E'create table %I (\\n%s\\n)%s%s;%s%s', c.relname,
    (select string_agg(line, E',\\n' order by place, name) from (
       select 1 as place, lpad(a.attnum::text, 4) as name,
         format('  %I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
           case when a.attnotnull then ' not null' else '' end,
           case when d.adbin is null then '' else ' default ' || pg_get_expr(d.adbin, d.adrelid) end) as line
       from pg_attribute a
       left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
       where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       union all
       select 2, conname::text, format('  constraint %I %s', conname, pg_get_constraintdef(oid))
       from pg_constraint
       where conrelid = c.oid and contype <> 'n'
     ) lines),
    coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', ''),
    coalesce(' partition by ' || pg_get_partkeydef(c.oid), ''),
    case when c.relforcerowsecurity then format(E'\\nalter table %I force row level security;', c.relname) else '' end,
    ${GRANTS}) as text
  from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  order by c.relname`

const INDEXES = `
  select string_agg(pg_get_indexdef(i.indexrelid) || ';', E'\\n' order by ic.relname) as text
  from pg_index i
  join pg_class ic on ic.oid = i.indexrelid
  join pg_class c on c.oid = i.indrelid
  where c.relnamespace = 'public'::regnamespace and not c.relispartition
    and not exists (select from pg_constraint where conindid = i.indexrelid)`

const POLICIES = `
  select string_agg(format('create policy %I on %I for %s to %s using %s;', policyname, tablename, lower(cmd),
    array_to_string(roles, ', '), qual), E'\\n' order by tablename, policyname) as text
  from pg_policies
  where schemaname = 'public'`

const FUNCTIONS = `
  select pg_get_functiondef(p.oid) || format(E'-- owner %s; may be called by %s', 
    case when p.proowner = (select datdba from pg_database where datname = current_database()) then 'of the database' else p.proowner::regrole::text end,
    coalesce((select string_agg(case when g.grantee = 0 then 'public' else g.grantee::regrole::text end, ', ' order by 1)
      from aclexplode(p.proacl) g where g.grantee <> p.proowner), 'nobody else')) as text
  from pg_proc p
  where p.pronamespace = 'public'::regnamespace
  order by p.proname`

const TRIGGERS = `
  select string_agg(pg_get_triggerdef(t.oid) || ';', E'\\n' order by c.relname, t.tgname) as text
  from pg_trigger t
  join pg_class c on c.oid = t.tgrelid
  where not t.tgisinternal and not c.relispartition`

const VIEWS = `
  select format(E'create view %I%s as\\n%s%s', c.relname,
    coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', ''), pg_get_viewdef(c.oid), ${GRANTS}) as text
  from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'v'
  order by c.relname`
