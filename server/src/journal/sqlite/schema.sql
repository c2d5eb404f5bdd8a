-- One organisation's journal. Numbers come from `counters` inside the committing transaction.

create table counters (
    name text primary key,
    value integer not null
) strict, without rowid;

insert into counters (name, value) values ('seq', 0), ('epoch', 1);

-- What an object is about; the digest is the sum over the objects in it.
create table scopes (
    scope integer primary key,
    name blob not null unique, -- CBOR
    digest blob not null
) strict;

-- A user whose devices have a feed. Reader 1 stands for everybody (scope Organisation).
create table readers (
    reader integer primary key,
    user blob not null unique,
    digest blob not null,
    last_seq integer not null
) strict;

insert into readers (reader, user, digest, last_seq) values (1, zeroblob(16), zeroblob(16), 0);

create table grants (
    reader integer not null references readers,
    scope integer not null references scopes,
    seq integer not null,
    primary key (reader, scope)
) strict, without rowid;

create index grants_by_scope on grants (scope);

-- kind: 1 entry, 2 document, 3 run, 4 snapshot, 5 grant, 6 revoke
create table rows (
    seq integer primary key,
    kind integer not null,
    scope integer not null references scopes,
    object blob not null, -- id of the entry or document, digest of the snapshot, user of the grant
    chain blob,           -- who wrote it, for entries and runs
    bytes blob not null,  -- as received or sealed
    received_ms integer not null
) strict;

create index rows_by_scope on rows (scope, seq);
create index runs_by_document on rows (object, seq) where kind = 3;

-- Which rows concern which reader.
create table feed (
    reader integer not null,
    seq integer not null,
    primary key (reader, seq)
) strict, without rowid;

create table entries (
    id blob primary key,
    seq integer not null,
    hash blob not null
) strict, without rowid;

-- Places of chains that are taken, by entries in the journal or in quarantine.
create table links (
    chain blob not null,
    seq integer not null,
    hash blob not null,
    primary key (chain, seq)
) strict, without rowid;

create table documents (
    id blob primary key,
    kind text not null,
    scope integer not null references scopes,
    created_seq integer not null,
    latest_seq integer not null,
    heads blob not null,
    signature blob not null,
    saved blob not null -- can be rebuilt from rows of kind 2 and 3
) strict;

create table actors (
    document blob not null,
    chain blob not null,
    actor_epoch integer not null,
    user blob not null,
    primary key (document, chain, actor_epoch)
) strict, without rowid;

create table snapshots (
    id blob primary key,
    seq integer not null
) strict, without rowid;

-- Which entries' scopes name an attachment.
create table blob_scopes (
    blob blob not null,
    scope integer not null,
    primary key (blob, scope)
) strict, without rowid;

-- The answer to each envelope that ever came.
create table verdicts (
    envelope blob primary key,
    digest blob not null,
    seq integer,   -- admitted under this number
    code text,     -- or held, for this reason
    words text
) strict, without rowid;

-- Envelopes that were not admitted, byte for byte, each once.
create table quarantine (
    digest blob primary key,
    envelope blob not null,
    device blob not null,
    code text not null,
    words text not null,
    bytes blob not null,
    received_ms integer not null,
    released_seq integer -- admitted later under this number
) strict;

create index quarantine_by_device on quarantine (device) where released_seq is null;
