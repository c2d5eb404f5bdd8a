-- Ledger files under review, with what the clerks have answered and decided so far. Working state: nothing of it is in force.
create table if not exists uploads (
    upload text primary key, -- digest of the bytes: the same file is the same upload
    file_name text not null, -- as uploaded; decides nothing
    bytes blob not null,
    size_bytes integer not null,
    uploaded_by text not null,
    uploaded_at_ms integer not null,
    touched_at_ms integer not null, -- of the last change
    revision integer not null, -- counts the changes
    sheets text not null, -- answers about sheets, as JSON
    sheets_revision integer not null, -- the revision that changed them last
    draft text -- the draft that was kept from it last; null before
) strict;

create table if not exists upload_decisions (
    upload text not null,
    subject text not null, -- a row or a written customer, as JSON
    decision text, -- as JSON; null once it was taken back
    reason text not null,
    decided_by text not null,
    decided_at_ms integer not null,
    revision integer not null, -- the revision that wrote it
    primary key (upload, subject)
) strict;
