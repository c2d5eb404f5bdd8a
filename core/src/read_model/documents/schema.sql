-- Documents as they read now; the bytes that merge are elsewhere.
create table if not exists stop_documents (
    document text primary key,
    notes text not null,
    negotiation text not null,
    reason text not null, -- a reason code or empty
    met_person text not null,
    proposal text not null,
    next_step text not null
) strict;

-- Papers of a stop that somebody ticked as taken along.
create table if not exists packed_materials (
    document text not null, -- the stop's
    material text not null, -- snapshots::plan::Material as JSON
    primary key (document, material)
) strict, without rowid;

create table if not exists customer_documents (
    document text primary key,
    notes text not null
) strict;

-- One row for each value of a field that has more than one.
create table if not exists document_conflicts (
    document text not null,
    kind text not null, -- documents::DocumentKind as JSON
    field text not null,
    ordinal integer not null, -- 0 is the value that shows
    value text not null,
    author text, -- when it is known who the actor is
    at_ms integer not null, -- the writer's wall clock
    primary key (document, field, ordinal)
) strict, without rowid;
