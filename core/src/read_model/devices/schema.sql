-- Phones that were bound to a user, and those that no longer are.
create table if not exists devices (
    device text primary key,
    user text not null,
    name text not null,
    public_key blob not null, -- SEC 1 uncompressed point on P-256
    enrolled_by text not null,
    enrolled_at_ms integer not null,
    revoked_by text,
    revoked_at_ms integer,
    revoked_reason text
) strict;
