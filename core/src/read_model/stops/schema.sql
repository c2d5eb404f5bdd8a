-- What a phone needs of an approved stop beside its place on the plan (approved_plan_stops).
create table if not exists stops (
    stop text primary key,
    plan text not null,
    document text not null, -- the stop's document that merges
    customer_document text not null,
    address text not null,
    contact text not null,
    phone text not null,
    materials text not null -- snapshots::plan::Material as JSON, in order
) strict;
create index if not exists stops_by_plan on stops (plan);
create index if not exists stops_by_document on stops (document);
create index if not exists stops_by_customer_document on stops (customer_document);
