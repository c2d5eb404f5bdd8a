-- Visit plans: the draft as its document has it, what was put forward, what was decided, and the version in force.
create table if not exists plans (
    plan text primary key,
    heads text not null, -- digest of the document's heads
    title text not null,
    day text not null, -- as typed; checked when the plan is put forward
    vehicle text not null
) strict;

create table if not exists plan_team (
    plan text not null,
    user text not null,
    primary key (plan, user)
) strict, without rowid;

create table if not exists plan_stops (
    plan text not null,
    stop text not null,
    customer text not null,
    position integer not null, -- visiting order, from 1
    primary key (plan, stop)
) strict, without rowid;

create table if not exists plan_materials (
    plan text not null,
    stop text not null,
    material text not null,
    primary key (plan, stop, material)
) strict, without rowid;

-- Put forward or decided, in journal order.
create table if not exists plan_acts (
    plan text not null,
    number integer not null,
    entry text not null unique,
    act text not null, -- submitted, approved, sent_back
    heads text not null, -- what it is pinned to
    reason text not null,
    acted_by text not null,
    acted_at_ms integer not null,
    primary key (plan, number)
) strict, without rowid;

create table if not exists approved_plans (
    plan text primary key, -- the last approval
    snapshot text not null,
    heads text not null,
    title text not null,
    day text not null,
    vehicle text not null,
    approved_after integer not null -- orders the versions
) strict;
create index if not exists approved_plans_by_day on approved_plans (day);

create table if not exists approved_plan_team (
    plan text not null,
    user text not null,
    primary key (plan, user)
) strict, without rowid;

create table if not exists approved_plan_stops (
    plan text not null,
    stop text not null,
    position integer not null,
    customer text not null,
    code text not null,
    name text not null,
    statement text not null,
    site_lat_e7 integer,
    site_lon_e7 integer,
    site_crs text,
    primary key (plan, stop)
) strict, without rowid;
create index if not exists approved_plan_stops_by_customer on approved_plan_stops (customer);
