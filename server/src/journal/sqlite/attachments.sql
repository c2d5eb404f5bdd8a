-- Which attachments a device's entries name, and which it brought.
create table attachments (
    device blob not null,
    blob blob not null,
    is_named integer not null,   -- by an entry that the device pushed, admitted or held
    size_bytes integer not null, -- 0 until it comes
    received_ms integer,         -- when its first bytes came
    primary key (device, blob)
) strict, without rowid;
