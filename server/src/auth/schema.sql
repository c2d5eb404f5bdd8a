-- The server's own database: who may call. Truth, not a view.

create table organisations (
    id blob primary key,
    name text not null,
    policy_epoch integer not null, -- raised by every change of people, roles and devices
    site_radius_m integer not null,
    agreed_method_clause text not null,
    created_ms integer not null
) strict;

create table users (
    id blob primary key,
    organisation blob not null references organisations,
    login text not null unique,
    name text not null,
    password_hash text not null, -- PHC string, argon2id
    created_ms integer not null
) strict;

create table roles (
    user blob not null references users,
    role text not null,
    primary key (user, role)
) strict, without rowid;

create table web_sessions (
    token_hash blob primary key,
    user blob not null references users,
    expires_ms integer not null
) strict, without rowid;

-- Failed sign-ins and enrolments: each failure doubles the wait, success forgets.
create table delays (
    subject text primary key,
    failures integer not null,
    until_ms integer not null
) strict, without rowid;

create table enrolment_codes (
    code_hash blob primary key,
    user blob not null references users,
    expires_ms integer not null,
    used_ms integer
) strict, without rowid;

create table devices (
    id blob primary key,
    organisation blob not null references organisations,
    user blob not null references users,
    public_key blob not null,
    name text not null,
    actor_epoch integer not null,
    enrolled_ms integer not null,
    revoked_ms integer,
    seen_ms integer
) strict;

create index devices_by_key on devices (public_key);
create index devices_by_organisation on devices (organisation, enrolled_ms);

-- Sessions that ended stay: a token is never good for a second one.
create table device_sessions (
    token_hash blob primary key,
    device blob not null references devices,
    expires_ms integer not null
) strict, without rowid;
